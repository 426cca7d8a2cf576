using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Gateway.Api.Auth.Jwt;

/// <summary>JSON of strangers, read without exceptions: headers, claim sets and key sets.</summary>
internal static class JwtJson
{
    // RFC 7515 section 5.2 and RFC 7519 section 4 leave doubled names to the reader; two readers that choose differently
    // disagree about who signed what, so they are refused at every depth.
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one JSON object; false when the bytes are anything else. The caller disposes the document.</summary>
    public static bool TryParseObject(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(utf8.Span)) return false;
        try
        {
            var parsed = JsonDocument.Parse(utf8, Options);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                document = parsed;
                return true;
            }

            parsed.Dispose();
            return false;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name that is half of a surrogate pair.
            return false;
        }
    }

    /// <summary>Reads a string value; false for other kinds, and for text that is half of a surrogate pair.</summary>
    public static bool TryGetText(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (value.ValueKind != JsonValueKind.String) return false;
        try
        {
            text = value.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
