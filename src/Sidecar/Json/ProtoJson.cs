using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gateway.Sidecar.Json;

/// <summary>
/// A JSON value as protobuf reads one (https://protobuf.dev/programming-guides/json/): where daprd takes a message, fields have two names
/// (<c>scrubPii</c> and <c>scrub_pii</c>), null is as good as left out, unknown fields are passed over, numbers may be texts, and an error
/// tells its place in the words of Go's protojson.
/// </summary>
internal sealed class ProtoJson
{
    /// <summary>How protobuf's JSON is written: escaped only where JSON must be.</summary>
    public static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int MaxDepth = 500;

    // protobuf's durations hold ten thousand years.
    private const long MaxSeconds = 315_576_000_000;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };
    private readonly ReadOnlyMemory<byte> source;
    private readonly int start;
    private readonly int end;
    private readonly JsonTokenType kind;
    private readonly string text;
    private readonly List<(string Name, ProtoJson Value)> members = [];

    private ProtoJson(ReadOnlyMemory<byte> source, ref Utf8JsonReader reader)
    {
        this.source = source;
        start = (int)reader.TokenStartIndex;
        kind = reader.TokenType;
        text = kind is JsonTokenType.String ? reader.GetString()! : "";
        if (kind is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                string name = "";
                if (kind == JsonTokenType.StartObject)
                {
                    name = reader.GetString()!;
                    reader.Read();
                }

                members.Add((name, new ProtoJson(source, ref reader)));
            }
        }

        end = (int)reader.BytesConsumed;
    }

    /// <summary>The elements of an array.</summary>
    public IEnumerable<ProtoJson> Items => members.Select(member => member.Value);

    /// <summary>The members of an object, in their order.</summary>
    public IReadOnlyList<(string Name, ProtoJson Value)> Members => members;

    /// <summary>As it was sent.</summary>
    public string AsSent => Encoding.UTF8.GetString(source.Span[start..end]);

    /// <summary>The message of a body; an empty body is one without fields.</summary>
    /// <exception cref="ProtoJsonException">It is none.</exception>
    public static ProtoJson Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0) body = "{}"u8.ToArray();
        try
        {
            var reader = new Utf8JsonReader(body.Span, Options);
            reader.Read();
            var value = new ProtoJson(body, ref reader);
            reader.Read();
            return value.Expect(JsonTokenType.StartObject);
        }
        catch (JsonException error)
        {
            throw new ProtoJsonException(IsCutOff(body.Span) ? "proto: unexpected EOF" : $"proto: syntax error {Place(body, PositionOf(error, body.Span))}: invalid value");
        }
    }

    /// <summary>A field by one of its names; null where it is left out or null.</summary>
    public ProtoJson? Find(params ReadOnlySpan<string> names)
    {
        foreach ((string name, ProtoJson value) in members)
        {
            if (value.kind != JsonTokenType.Null && names.Contains(name)) return value;
        }

        return null;
    }

    /// <summary>A message.</summary>
    public ProtoJson? Message(params ReadOnlySpan<string> names) => Find(names)?.Expect(JsonTokenType.StartObject);

    /// <summary>The elements of a repeated field.</summary>
    public IEnumerable<ProtoJson> List(params ReadOnlySpan<string> names) => Find(names)?.Expect(JsonTokenType.StartArray).Items ?? [];

    /// <summary>A text.</summary>
    public string? Text(params ReadOnlySpan<string> names) => Find(names) is { } value ? value.Expect(JsonTokenType.String, "string", names[0]).text : null;

    /// <summary>A boolean.</summary>
    public bool Flag(params ReadOnlySpan<string> names) => Find(names) is { } value
        && (value.kind is JsonTokenType.True or JsonTokenType.False ? value.kind == JsonTokenType.True : throw value.Invalid("bool", names[0]));

    /// <summary>A floating-point number.</summary>
    public double? Number(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } value) return null;
        string digits = value.kind == JsonTokenType.String ? value.text : value.AsSent;
        return value.kind is JsonTokenType.Number or JsonTokenType.String && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw value.Invalid("double", names[0]);
    }

    /// <summary>A whole number from 0 to 2^32 - 1.</summary>
    public long? Unsigned(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } value) return null;
        string digits = value.kind == JsonTokenType.String ? value.text : value.AsSent;
        return value.kind is JsonTokenType.Number or JsonTokenType.String && uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw value.Invalid("uint32", names[0]);
    }

    /// <summary>A duration: seconds with an <c>s</c>, and at most nine places.</summary>
    public TimeSpan? Duration(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } value) return null;
        string text = value.Expect(JsonTokenType.String).text;
        return text.EndsWith('s') && decimal.TryParse(text[..^1], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds)
            && decimal.Abs(seconds) <= MaxSeconds
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new ProtoJsonException($"proto: {Place(source, value.start)}: invalid google.protobuf.Duration value {value.AsSent}");
    }

    /// <summary>A field of any kind as it was sent, null too; null where it was left out.</summary>
    public string? Raw(string name) => members.FirstOrDefault(member => member.Name == name).Value is { } value ? value.AsSent : null;

    /// <summary>A map of texts.</summary>
    public Dictionary<string, string> Texts(string name)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach ((string key, ProtoJson value) in Message(name)?.members ?? []) map[key] = value.Expect(JsonTokenType.String, "string", "value").text;
        return map;
    }

    /// <summary>The value when it begins as asked, or else an error of its syntax.</summary>
    public ProtoJson Expect(JsonTokenType type) =>
        kind == type ? this : throw new ProtoJsonException($"proto: syntax error {Place(source, start)}: unexpected token {FirstToken}");

    /// <summary>The error of a value that is none of its field's.</summary>
    public ProtoJsonException Invalid(string type, string field) =>
        new($"proto: {Place(source, start)}: invalid value for {type} field {field}: {FirstToken}");

    private string FirstToken => kind is JsonTokenType.StartObject or JsonTokenType.StartArray ? AsSent[..1] : AsSent;

    private ProtoJson Expect(JsonTokenType type, string typeName, string field) => kind == type ? this : throw Invalid(typeName, field);

    private static bool IsCutOff(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(Options));
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int PositionOf(JsonException error, ReadOnlySpan<byte> body)
    {
        int line = 0;
        for (long before = error.LineNumber ?? 0; before > 0; before--) line += body[line..].IndexOf((byte)'\n') + 1;
        return Math.Min(body.Length, line + (int)(error.BytePositionInLine ?? 0));
    }

    private static string Place(ReadOnlyMemory<byte> source, int position)
    {
        ReadOnlySpan<byte> before = source.Span[..position];
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"(line {line}:{column})");
    }
}

/// <summary>A body that is not the message it should be, in the words of Go's protojson.</summary>
internal sealed class ProtoJsonException(string message) : Exception(message);
