using System.Globalization;
using System.Text.Json;

namespace Dapr.Client;

/// <summary>Publishing (Dapr, "Pub/sub API reference").</summary>
internal sealed partial class HttpDaprClient
{
    private const string JsonType = "application/json";
    private const string BinaryType = "application/octet-stream";

    public override Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, JsonBody.Of(data, json), null, cancellationToken);

    public override Task PublishEventAsync<TData>(
        string pubsubName,
        string topicName,
        TData data,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishAsync(pubsubName, topicName, JsonBody.Of(data, json), metadata, cancellationToken);
    }

    public override Task PublishEventAsync(string pubsubName, string topicName, CancellationToken cancellationToken = default) =>
        PublishAsync(pubsubName, topicName, null, null, cancellationToken);

    public override Task PublishEventAsync(
        string pubsubName, string topicName, Dictionary<string, string> metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishAsync(pubsubName, topicName, null, metadata, cancellationToken);
    }

    public override async Task<BulkPublishResponse<TValue>> BulkPublishEventAsync<TValue>(
        string pubsubName,
        string topicName,
        IReadOnlyList<TValue> events,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        const string operation = "Bulk publish";
        RequireNames(pubsubName, topicName);
        ArgumentNullException.ThrowIfNull(events);
        var entries = new List<BulkPublishEntry<TValue>>(events.Count);
        foreach (var data in events)
        {
            var id = entries.Count.ToString(CultureInfo.InvariantCulture);
            var isBinary = data is byte[];
            entries.Add(new BulkPublishEntry<TValue>(id, data, isBinary ? BinaryType : JsonType, metadata));
        }

        var path = $"/v1.0/publish/bulk/{SidecarPath.Segment(pubsubName)}/{Topic(topicName)}{Query(metadata)}";
        using var request = Request(HttpMethod.Post, path, BulkBody(entries));
        using var response = await SendRawAsync(operation, request, cancellationToken);

        // When some events failed, or all, Dapr answers 500 and says which.
        var failed = await ReadFailedAsync(response, entries, cancellationToken);
        if (!response.IsSuccessStatusCode && failed.Count == 0) throw await FailureAsync(operation, response, cancellationToken);
        return new BulkPublishResponse<TValue>(failed);
    }

    private async Task PublishAsync(
        string pubsubName,
        string topicName,
        HttpContent? content,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        RequireNames(pubsubName, topicName);
        var path = $"/v1.0/publish/{SidecarPath.Segment(pubsubName)}/{Topic(topicName)}{Query(metadata)}";
        using var response = await SendAsync("Publish", HttpMethod.Post, path, content, cancellationToken);
    }

    /// <summary>A topic may have slashes: it is the rest of the path.</summary>
    private static string Topic(string name) => string.Join('/', name.Split('/').Select(SidecarPath.Segment));

    private HttpContent BulkBody<TValue>(List<BulkPublishEntry<TValue>> entries)
    {
        using var body = new JsonBody(json);
        var writer = body.Writer;
        writer.WriteStartArray();
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("entryId", entry.EntryId);
            writer.WritePropertyName("event");
            JsonSerializer.Serialize(writer, entry.EventData, json);
            writer.WriteString("contentType", entry.ContentType);
            WriteMetadata(writer, entry.Metadata);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        return body.ToContent();
    }

    private static async Task<List<BulkPublishResponseFailedEntry<TValue>>> ReadFailedAsync<TValue>(
        HttpResponseMessage response, List<BulkPublishEntry<TValue>> entries, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var failed = new List<BulkPublishResponseFailedEntry<TValue>>();
        if (body.Length == 0) return failed;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("failedEntries", out var list)
                || list.ValueKind != JsonValueKind.Array)
                return failed;
            foreach (var item in list.EnumerateArray())
            {
                var entry = entries.Find(entry => entry.EntryId == item.GetProperty("entryId").GetString());
                var error = item.TryGetProperty("error", out var text) ? text.GetString() : null;
                if (entry is not null) failed.Add(new BulkPublishResponseFailedEntry<TValue>(entry, error ?? string.Empty));
            }
        }
        catch (JsonException)
        {
            // An error answer without Dapr's body: the caller reports its status.
        }

        return failed;
    }
}
