using System.Text.Json;

namespace Dapr.Client;

/// <summary>State (Dapr, "State management API reference").</summary>
internal sealed partial class HttpDaprClient
{
    private const string State = "State";
    private const int DeletesAtOnce = 8;

    public override async Task<TValue> GetStateAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = default,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        return await ReadAsync<TValue>(State, response, json, cancellationToken);
    }

    public override async Task<(TValue value, string etag)> GetStateAndETagAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await GetAsync(storeName, key, consistencyMode, metadata, cancellationToken);
        var value = await ReadAsync<TValue>(State, response, json, cancellationToken);

        // Dapr's etags are not quoted, which the typed header would refuse.
        var etag = response.Headers.NonValidated.TryGetValues("ETag", out var values) ? values.ToString() : string.Empty;
        return (value, etag);
    }

    public override Task SaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        RequireNames(storeName, key);
        return SaveAsync(storeName, new SaveStateItem<TValue>(key, value, string.Empty, stateOptions, metadata), cancellationToken);
    }

    public override Task<bool> TrySaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        RequireNames(storeName, key);
        ArgumentNullException.ThrowIfNull(etag);
        var content = SaveBody<TValue>([new SaveStateItem<TValue>(key, value, etag, stateOptions, metadata)]);
        return TrySendAsync(State, Request(HttpMethod.Post, StorePath(storeName), content), cancellationToken);
    }

    public override Task SaveBulkStateAsync<TValue>(
        string storeName, IReadOnlyList<SaveStateItem<TValue>> items, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(items);
        RequireElements(items.Count, nameof(items));
        return PostAsync(StorePath(storeName), SaveBody([.. items]), cancellationToken);
    }

    public override Task DeleteStateAsync(
        string storeName,
        string key,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        RequireNames(storeName, key);
        return DeleteAsync(storeName, new BulkDeleteStateItem(key, string.Empty, stateOptions, metadata), cancellationToken);
    }

    public override Task<bool> TryDeleteStateAsync(
        string storeName,
        string key,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        RequireNames(storeName, key);
        ArgumentNullException.ThrowIfNull(etag);
        var item = new BulkDeleteStateItem(key, etag, stateOptions, metadata);
        return TrySendAsync(State, DeleteRequest(storeName, item), cancellationToken);
    }

    public override async Task DeleteBulkStateAsync(
        string storeName, IReadOnlyList<BulkDeleteStateItem> items, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(items);
        var options = new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(items, options, async (item, cancelled) => await DeleteAsync(storeName, item, cancelled));
    }

    public override Task ExecuteStateTransactionAsync(
        string storeName,
        IReadOnlyList<StateTransactionRequest> operations,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentNullException.ThrowIfNull(operations);
        RequireElements(operations.Count, nameof(operations));
        return PostAsync(StorePath(storeName) + "/transaction", TransactionBody(operations, metadata), cancellationToken);
    }

    private static string StorePath(string storeName) => "/v1.0/state/" + SidecarPath.Segment(storeName);

    private Task<HttpResponseMessage> GetAsync(
        string storeName,
        string key,
        ConsistencyMode? consistency,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        RequireNames(storeName, key);
        var path = $"{StorePath(storeName)}/{SidecarPath.Segment(key)}{Query(metadata, consistency)}";
        return SendAsync(State, HttpMethod.Get, path, null, cancellationToken);
    }

    private Task SaveAsync<TValue>(string storeName, SaveStateItem<TValue> item, CancellationToken cancellationToken) =>
        PostAsync(StorePath(storeName), SaveBody<TValue>([item]), cancellationToken);

    private async Task PostAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(State, HttpMethod.Post, path, content, cancellationToken);
    }

    private async Task DeleteAsync(string storeName, BulkDeleteStateItem item, CancellationToken cancellationToken)
    {
        using var request = DeleteRequest(storeName, item);
        using var response = await SendRawAsync(State, request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(State, response, cancellationToken);
    }

    private HttpRequestMessage DeleteRequest(string storeName, BulkDeleteStateItem item)
    {
        var query = Query(item.Metadata, item.StateOptions?.Consistency, item.StateOptions?.Concurrency);
        var request = Request(HttpMethod.Delete, $"{StorePath(storeName)}/{SidecarPath.Segment(item.Key)}{query}", null);
        if (!string.IsNullOrEmpty(item.ETag)) request.Headers.TryAddWithoutValidation("If-Match", item.ETag);
        return request;
    }

    private HttpContent SaveBody<TValue>(ReadOnlySpan<SaveStateItem<TValue>> items)
    {
        using var body = new JsonBody(json);
        var writer = body.Writer;
        writer.WriteStartArray();
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteString("key", item.Key);
            writer.WritePropertyName("value");
            JsonSerializer.Serialize(writer, item.Value, json);
            WriteConditions(writer, item.ETag, item.Metadata, item.StateOptions);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        return body.ToContent();
    }

    private HttpContent TransactionBody(
        IReadOnlyList<StateTransactionRequest> operations, IReadOnlyDictionary<string, string>? metadata)
    {
        using var body = new JsonBody(json);
        var writer = body.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("operations");
        foreach (var operation in operations)
        {
            var isDelete = operation.OperationType == StateOperationType.Delete;
            writer.WriteStartObject();
            writer.WriteString("operation", isDelete ? "delete" : "upsert");
            writer.WriteStartObject("request");
            writer.WriteString("key", operation.Key);
            if (!isDelete) WriteRawJson(writer, "value", operation.Value);
            WriteConditions(writer, operation.ETag, operation.Metadata, operation.Options);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteMetadata(writer, metadata);
        writer.WriteEndObject();
        return body.ToContent();
    }

    private static void WriteConditions(
        Utf8JsonWriter writer, string? etag, IReadOnlyDictionary<string, string>? metadata, StateOptions? options)
    {
        if (!string.IsNullOrEmpty(etag)) writer.WriteString("etag", etag);
        WriteMetadata(writer, metadata);
        if (options is not { Concurrency: not null } and not { Consistency: not null }) return;
        writer.WriteStartObject("options");
        if (options.Concurrency is { } concurrency) writer.WriteString("concurrency", Name(concurrency));
        if (options.Consistency is { } consistency) writer.WriteString("consistency", Name(consistency));
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 }) return;
        writer.WriteStartObject("metadata");
        foreach (var (name, value) in metadata) writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes bytes that are JSON already; none at all is null.</summary>
    private static void WriteRawJson(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> value)
    {
        writer.WritePropertyName(name);
        if (value.IsEmpty)
        {
            writer.WriteNullValue();
            return;
        }

        try
        {
            writer.WriteRawValue(value.Span);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException("Dapr's HTTP API carries JSON only, and the value is none.", nameof(value), exception);
        }
    }

    private static void RequireElements(int count, string name)
    {
        if (count == 0) throw new ArgumentException($"{name} does not contain any elements.", name);
    }
}
