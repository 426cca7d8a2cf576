using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Sidecar.Json;

/// <summary>
/// JSON as Go's encoding/json writes it, so that bodies are byte for byte those of daprd: members of a value sorted,
/// <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped, everything else outside ASCII as it is, numbers as 64-bit floats.
/// </summary>
internal static class GoJson
{
    /// <summary>What Go escapes in a string: quotes, control characters, and what could harm in a page.</summary>
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\', '<', '>', '&', '\u2028', '\u2029']);

    /// <summary>What JSON itself wants escaped.</summary>
    private static readonly SearchValues<char> EscapedAlways =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    /// <summary>What makes a text of ASCII look different when Go writes it again: escapes, and what Go escapes though it was not.</summary>
    private static readonly SearchValues<byte> WrittenAnew = SearchValues.Create("\\<>&"u8);

    /// <summary>Writes a value the way daprd stores one: read into Go's types and written again.</summary>
    /// <remarks><c>keep</c>: Members stay in their order and characters unescaped, as where daprd uses another library.</remarks>
    public static byte[] Normalize(JsonElement value, bool keep = false)
    {
        var output = new ArrayBufferWriter<byte>(256);
        WriteNormalized(output, value, keep);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a document that was built here: its members keep their order.</summary>
    public static byte[] Serialize(JsonNode? value)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The same as <see cref="WriteCompact"/>, in an array.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 16);
        WriteCompact(output, json);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Writes JSON text that becomes part of another document: its members keep their order, blanks between its parts go, and
    /// <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> are escaped.
    /// </summary>
    public static void WriteCompact(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        bool inString = false;
        int start = 0;
        for (int i = 0; i < json.Length; i++)
        {
            byte character = json[i];
            if (character == '"') inString = !inString;
            else if (inString && character == '\\') i++;
            else if (inString ? character is (byte)'<' or (byte)'>' or (byte)'&' : character is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            {
                Put(output, json[start..i]);
                if (inString) WriteEscaped(output, (char)character);
                start = i + 1;
            }
        }

        Put(output, json[start..]);
    }

    /// <summary>Writes a string with its quotes.</summary>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text) => WriteString(output, text, Escaped);

    private static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text, SearchValues<char> escaped)
    {
        Put(output, "\""u8);
        while (true)
        {
            int special = text.IndexOfAny(escaped);
            // Halves of surrogate pairs become U+FFFD, as in Go.
            Encoding.UTF8.GetBytes(special < 0 ? text : text[..special], output);
            if (special < 0) break;
            WriteEscaped(output, text[special]);
            text = text[(special + 1)..];
        }

        Put(output, "\""u8);
    }

    /// <summary>A number as Go prints a float64: 1.0 is <c>1</c>, 1e21 is <c>1e+21</c>; infinite when it does not fit.</summary>
    public static string FormatNumber(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        if (Math.Abs(number) is > 0 and < 1e-6 or >= 1e21)
        {
            // .NET: 1E+21, 1.5E-07; Go: 1e+21, 1.5e-7.
            return text.Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e');
        }

        int exponentAt = text.IndexOf('E');
        if (exponentAt < 0) return text;
        int exponent = int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = text[0] == '-' ? "-" : "";
        string digits = text[sign.Length..exponentAt].Replace(".", "", StringComparison.Ordinal);
        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : sign + digits.PadRight(exponent + 1, '0');
    }

    private static void WriteNormalized(IBufferWriter<byte> output, JsonElement value, bool keep)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(output, value, keep);
                break;
            case JsonValueKind.Array:
                bool first = true;
                Put(output, "["u8);
                foreach (JsonElement item in value.EnumerateArray())
                {
                    if (!first) Put(output, ","u8);
                    first = false;
                    WriteNormalized(output, item, keep);
                }

                Put(output, "]"u8);
                break;
            case JsonValueKind.String:
                WriteText(output, value, keep);
                break;
            case JsonValueKind.Number:
                WriteNumber(output, value);
                break;
            case JsonValueKind.True:
                Put(output, "true"u8);
                break;
            case JsonValueKind.False:
                Put(output, "false"u8);
                break;
            default:
                Put(output, "null"u8);
                break;
        }
    }

    private static void WriteText(IBufferWriter<byte> output, JsonElement value, bool keep)
    {
        // Most texts look in Go as they were sent.
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (Ascii.IsValid(raw) && !(keep ? raw.Contains((byte)'\\') : raw.ContainsAny(WrittenAnew))) Put(output, raw);
        else WriteString(output, value.GetString(), keep ? EscapedAlways : Escaped);
    }

    private static void WriteMembers(IBufferWriter<byte> output, JsonElement value, bool keep)
    {
        List<KeyValuePair<string, JsonElement>> members = [];
        bool sorted = true;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            sorted = sorted && (members.Count == 0 || string.CompareOrdinal(members[^1].Key, member.Name) < 0);
            members.Add(KeyValuePair.Create(member.Name, member.Value));
        }

        // Of members with one name the last wins, as in a Go map.
        if (!sorted) members = [.. members.AsEnumerable().Reverse().DistinctBy(member => member.Key).Reverse()];
        if (!sorted && !keep) members.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        bool first = true;
        Put(output, "{"u8);
        foreach ((string name, JsonElement member) in members)
        {
            if (!first) Put(output, ","u8);
            first = false;
            WriteString(output, name, keep ? EscapedAlways : Escaped);
            Put(output, ":"u8);
            WriteNormalized(output, member, keep);
        }

        Put(output, "}"u8);
    }

    private static void WriteEscaped(IBufferWriter<byte> output, char character)
    {
        switch (character)
        {
            case '"': Put(output, "\\\""u8); break;
            case '\\': Put(output, "\\\\"u8); break;
            case '\n': Put(output, "\\n"u8); break;
            case '\r': Put(output, "\\r"u8); break;
            case '\t': Put(output, "\\t"u8); break;
            case '\b': Put(output, "\\b"u8); break;
            case '\f': Put(output, "\\f"u8); break;
            default: Put(output, Encoding.ASCII.GetBytes($"\\u{(int)character:x4}")); break;
        }
    }

    private static void WriteNumber(IBufferWriter<byte> output, JsonElement value)
    {
        // Integers below 2^53 are the same as floats, and by far the most frequent.
        if (value.TryGetInt64(out long integer) && integer is > -(1L << 53) and < 1L << 53)
        {
            Span<byte> digits = stackalloc byte[20];
            integer.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
            if (integer != 0)
            {
                Put(output, digits[..written]);
                return;
            }
        }

        Put(output, Encoding.ASCII.GetBytes(FormatNumber(value.GetDouble())));
    }

    private static void Write(IBufferWriter<byte> output, JsonNode? value)
    {
        bool first = true;
        switch (value)
        {
            case JsonObject members:
                Put(output, "{"u8);
                foreach ((string name, JsonNode? member) in members)
                {
                    if (!first) Put(output, ","u8);
                    first = false;
                    WriteString(output, name);
                    Put(output, ":"u8);
                    Write(output, member);
                }

                Put(output, "}"u8);
                break;
            case JsonArray items:
                Put(output, "["u8);
                foreach (JsonNode? item in items)
                {
                    if (!first) Put(output, ","u8);
                    first = false;
                    Write(output, item);
                }

                Put(output, "]"u8);
                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                WriteString(output, text.GetValue<string>());
                break;
            default:
                Put(output, Encoding.UTF8.GetBytes(value?.ToJsonString() ?? "null"));
                break;
        }
    }

    private static void Put(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
