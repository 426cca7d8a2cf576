using System.Text.Json;

namespace Dapr.Client;

/// <summary>Bulk reads: <c>{"keys":["a"],"parallelism":1}</c> -> <c>[{"key":"a","data":…,"etag":"1"},{"key":"absent"}]</c>.</summary>
internal sealed partial class HttpDaprClient
{
    public override async Task<IReadOnlyList<BulkStateItem>> GetBulkStateAsync(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var items = await GetBulkAsync(storeName, keys, parallelism, metadata, cancellationToken);
        return [.. items.Select(item => new BulkStateItem(item.Key, item.Data?.GetRawText() ?? string.Empty, item.Etag))];
    }

    public override async Task<IReadOnlyList<BulkStateItem<TValue>>> GetBulkStateAsync<TValue>(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var items = await GetBulkAsync(storeName, keys, parallelism, metadata, cancellationToken);
        return Deserialize(State, () => items.ConvertAll(item => new BulkStateItem<TValue>(
            item.Key, item.Data is { } data ? data.Deserialize<TValue>(json)! : default!, item.Etag)));
    }

    private async Task<List<BulkItem>> GetBulkAsync(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(keys);
        RequireElements(keys.Count, nameof(keys));
        var path = $"{StorePath(storeName)}/bulk{Query(metadata)}";
        using var response = await SendAsync(State, HttpMethod.Post, path, BulkBody(keys, parallelism), cancellationToken);
        var answer = await ReadAsync<JsonElement>(State, response, json, cancellationToken);
        return answer.ValueKind == JsonValueKind.Array ? [.. answer.EnumerateArray().Select(BulkItem.Read)] : [];
    }

    private HttpContent BulkBody(IReadOnlyList<string> keys, int? parallelism)
    {
        using var body = new JsonBody(json);
        var writer = body.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("keys");
        foreach (var key in keys) writer.WriteStringValue(key);
        writer.WriteEndArray();
        if (parallelism is { } count) writer.WriteNumber("parallelism", count);
        writer.WriteEndObject();
        return body.ToContent();
    }

    private readonly record struct BulkItem(string Key, JsonElement? Data, string Etag)
    {
        public static BulkItem Read(JsonElement element)
        {
            var key = Text(element, "key");
            var error = Text(element, "error");
            if (error.Length > 0)
                throw new DaprException($"State operation failed: key '{key}' could not be read.", new DaprApiException(error));
            return new BulkItem(key, element.TryGetProperty("data", out var data) ? data : null, Text(element, "etag"));
        }

        private static string Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;
    }
}
