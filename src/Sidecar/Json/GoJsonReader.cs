using System.Text;
using System.Text.Json;

namespace Gateway.Sidecar.Json;

/// <summary>Reads the first JSON value of a body and words what is wrong with it as Go's encoding/json does.</summary>
internal static class GoJsonReader
{
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>The value, or null and the error. What follows the first value is not looked at, as with a Go decoder.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> body, out string error)
    {
        error = "";
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            error = "EOF";
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(body.Span, Deep);
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            error = Explain(body.Span);
            return null;
        }
    }

    /// <summary>What Go calls the type of a value in its errors.</summary>
    public static string TypeName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        _ => "bool",
    };

    private static string Explain(ReadOnlySpan<byte> body)
    {
        // Read again as a part of something longer: what is only cut off is then no error.
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(Deep));
        try
        {
            while (reader.Read())
            {
            }

            return "unexpected EOF";
        }
        catch (JsonException)
        {
            int at = (int)reader.BytesConsumed;
            while (at < body.Length - 1 && (char)body[at] is ' ' or '\t' or '\r' or '\n' or ',' or ':') at++;
            Rune.DecodeFromUtf8(body[at..], out Rune character, out _);
            return $"invalid character '{character}' looking for beginning of value";
        }
    }
}
