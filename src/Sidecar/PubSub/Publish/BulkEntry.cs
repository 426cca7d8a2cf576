using System.Text;
using System.Text.Json;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.PubSub.CloudEvents;

namespace Gateway.Sidecar.PubSub.Publish;

/// <summary>One entry of a bulk publish: <c>{"entryId","event","contentType","metadata"?}</c>.</summary>
internal sealed record BulkEntry(string EntryId, JsonElement Event, string ContentType, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The entries, or null and Go's text when one is no entry.</summary>
    public static List<BulkEntry>? TryRead(JsonElement list, out string? error)
    {
        error = null;
        List<BulkEntry> entries = [];
        if (list.ValueKind == JsonValueKind.Null) return entries;
        if (list.ValueKind != JsonValueKind.Array)
        {
            error = $"json: cannot unmarshal {GoJsonReader.TypeName(list)} into Go value of type []http.bulkPublishMessageEntry";
            return null;
        }

        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                error = $"json: cannot unmarshal {GoJsonReader.TypeName(item)} into Go value of type http.bulkPublishMessageEntry";
                return null;
            }

            if (Text(item, "entryId", out error) is not { } id || Text(item, "contentType", out error) is not { } contentType) return null;
            if (ReadMetadata(item, out error) is not { } metadata) return null;
            entries.Add(new BulkEntry(id, item.TryGetProperty("event", out JsonElement published) ? published : default, contentType, metadata));
        }

        return entries;
    }

    /// <summary>The event as bytes, or null and daprd's text when it does not go with its content type.</summary>
    public byte[]? TryGetBytes(out string? error)
    {
        error = null;
        if (CloudEventFactory.IsJson(ContentType) || CloudEventFactory.IsCloudEvent(ContentType))
            return Event.ValueKind == JsonValueKind.Undefined ? "null"u8.ToArray() : GoJson.Normalize(Event);
        if (Event.ValueKind != JsonValueKind.String)
        {
            error = "error: mismatch between contentType and event";
            return null;
        }

        string text = Event.GetString()!;
        if (!CloudEventFactory.IsBinary(ContentType)) return Encoding.UTF8.GetBytes(text);
        byte[] bytes = new byte[(text.Length * 3 / 4) + 3];
        if (Convert.TryFromBase64String(text, bytes, out int length)) return bytes[..length];
        error = $"error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte {BadByte(text)}";
        return null;
    }

    private static int BadByte(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '/' or '=')) return i;
        }

        return text.Length;
    }

    private static string? Text(JsonElement entry, string name, out string? error)
    {
        error = null;
        if (!entry.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return "";
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        error = $"json: cannot unmarshal {GoJsonReader.TypeName(value)} into Go struct field bulkPublishMessageEntry.{name} of type string";
        return null;
    }

    private static Dictionary<string, string>? ReadMetadata(JsonElement entry, out string? error)
    {
        error = null;
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (!entry.TryGetProperty("metadata", out JsonElement given) || given.ValueKind != JsonValueKind.Object) return metadata;
        foreach (JsonProperty item in given.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
            {
                error = $"json: cannot unmarshal {GoJsonReader.TypeName(item.Value)} into Go struct field bulkPublishMessageEntry.metadata of type string";
                return null;
            }

            metadata[item.Name] = item.Value.GetString()!;
        }

        return metadata;
    }
}
