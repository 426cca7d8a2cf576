using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Core.Commands;

/// <summary>
/// One text for every spelling of the same JSON: members sorted by name in ordinal order, no blanks. Numbers keep their
/// spelling, so no digit is ever lost. What is approved, compared and sent to a device is this text.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The canonical text of a value.</summary>
    /// <exception cref="JsonException">A string or name in it is no Unicode text: half of a surrogate pair (RFC 8259, section 8.2).</exception>
    public static string Of(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        try
        {
            Write(writer, value);
        }
        catch (InvalidOperationException e) when (value.ValueKind != JsonValueKind.Undefined)
        {
            // The parser lets such escapes pass; only reading them as text finds them.
            throw new JsonException("The JSON holds half of a surrogate pair.", e);
        }

        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                // A number as it was written; strings, true, false and null have one canonical form.
                if (value.ValueKind == JsonValueKind.Number) writer.WriteRawValue(value.GetRawText());
                else value.WriteTo(writer);
                break;
        }
    }
}
