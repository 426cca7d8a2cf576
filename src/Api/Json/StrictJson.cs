using System.Text.Json;
using System.Text.Unicode;

namespace Gateway.Api.Json;

/// <summary>Reads what clients send: JSON in valid UTF-8 and valid text, no member twice.</summary>
internal static class StrictJson
{
    /// <summary>The one object; null: the bytes are something else.</summary>
    /// <param name="utf8">The bytes; the answer does not refer to them.</param>
    /// <param name="maxDepth">How deep it may be nested; the object itself is one level.</param>
    public static JsonElement? ParseObject(ReadOnlyMemory<byte> utf8, int maxDepth) =>
        Parse(utf8, maxDepth) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>The one value, of whatever kind; null: the bytes are something else.</summary>
    /// <param name="utf8">The bytes; the answer does not refer to them.</param>
    /// <param name="maxDepth">How deep it may be nested; the value itself is one level.</param>
    public static JsonElement? Parse(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        if (!Utf8.IsValid(utf8.Span)) return null;
        try
        {
            if (utf8.Span.IndexOf("\\u"u8) >= 0) RefuseHalfCharacters(utf8.Span, maxDepth);
            // Cloned values outlive the document, and messages are read once: nothing is gained by pooling.
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Throws when a name or text holds half of a surrogate pair: it is no text, and could be neither stored nor answered.</summary>
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
    }
}
