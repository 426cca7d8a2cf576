using System.Globalization;
using System.Text;

namespace Gateway.Sidecar.Redis;

/// <summary>The types of a reply in RESP2.</summary>
internal enum RespKind
{
    /// <summary>Nothing: the null bulk string or the null array.</summary>
    Null,

    /// <summary>A short text, such as <c>OK</c>.</summary>
    Simple,

    /// <summary>An error; inside an array it concerns that element only.</summary>
    Error,

    /// <summary>A signed 64-bit number.</summary>
    Integer,

    /// <summary>Any bytes.</summary>
    Bulk,

    /// <summary>Several values.</summary>
    Array,
}

/// <summary>A reply of Redis, or a part of one.</summary>
/// <remarks>Asked for another type than it is, it throws <see cref="RedisFault.Protocol"/>: Redis then answered something else than the command does.</remarks>
internal readonly struct RespValue
{
    private readonly object? content;
    private readonly long number;

    private RespValue(RespKind kind, object? content, long number = 0)
    {
        Kind = kind;
        this.content = content;
        this.number = number;
    }

    /// <summary>Nothing.</summary>
    public static RespValue Null => default;

    public RespKind Kind { get; }

    public bool IsNull => Kind == RespKind.Null;

    /// <summary>The number of an integer.</summary>
    public long Integer => Kind == RespKind.Integer ? number : throw Unexpected("an integer");

    /// <summary>The bytes of a bulk string.</summary>
    public byte[] Bytes => Kind == RespKind.Bulk ? (byte[])content! : throw Unexpected("a bulk string");

    /// <summary>The text of a simple string, an error, a bulk string (as UTF-8) or an integer.</summary>
    public string Text => Kind switch
    {
        RespKind.Simple or RespKind.Error => (string)content!,
        RespKind.Bulk => Encoding.UTF8.GetString((byte[])content!),
        RespKind.Integer => number.ToString(CultureInfo.InvariantCulture),
        _ => throw Unexpected("a text"),
    };

    /// <summary>The elements of an array; none of a null.</summary>
    public RespValue[] Items => Kind switch
    {
        RespKind.Array => (RespValue[])content!,
        RespKind.Null => [],
        _ => throw Unexpected("an array"),
    };

    public static RespValue Simple(string text) => new(RespKind.Simple, text);

    public static RespValue Error(string text) => new(RespKind.Error, text);

    public static RespValue Number(long value) => new(RespKind.Integer, null, value);

    public static RespValue Bulk(byte[] bytes) => new(RespKind.Bulk, bytes);

    public static RespValue Array(RespValue[] items) => new(RespKind.Array, items);

    private RedisException Unexpected(string wanted) =>
        new(RedisFault.Protocol, $"Redis answered {Kind.ToString().ToLowerInvariant()} where the command answers {wanted}");
}
