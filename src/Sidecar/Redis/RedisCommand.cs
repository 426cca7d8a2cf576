using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Sidecar.Redis;

/// <summary>An argument of a command: a text, which goes as UTF-8, or bytes.</summary>
internal readonly struct RedisArgument
{
    private readonly string? text;
    private readonly ReadOnlyMemory<byte> bytes;

    private RedisArgument(string text) => this.text = text;

    private RedisArgument(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    private int Length => text is null ? bytes.Length : Encoding.UTF8.GetByteCount(text);

    public static implicit operator RedisArgument(string text) => new(text);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes it as a bulk string.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        int length = Length;
        RedisCommand.WriteHead(output, (byte)'$', length);
        if (text is null) output.Write(bytes.Span);
        else output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
        output.Write("\r\n"u8);
    }
}

/// <summary>A command: its name and its arguments, sent as an array of bulk strings.</summary>
internal sealed class RedisCommand(params ReadOnlySpan<RedisArgument> parts)
{
    private readonly RedisArgument[] parts = parts.ToArray();

    /// <summary>Running it twice has the effect of running it once, so that it may be sent again when its reply was lost.</summary>
    public bool MayRepeat { get; init; }

    public void WriteTo(IBufferWriter<byte> output)
    {
        WriteHead(output, (byte)'*', parts.Length);
        foreach (RedisArgument part in parts) part.WriteTo(output);
    }

    /// <summary>Writes a line of a type and a number.</summary>
    internal static void WriteHead(IBufferWriter<byte> output, byte type, int number)
    {
        Span<byte> line = output.GetSpan(13);
        line[0] = type;
        number.TryFormat(line[1..], out int digits, default, CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(line[(digits + 1)..]);
        output.Advance(digits + 3);
    }
}
