namespace Dapr.Client;

public abstract partial class DaprClient
{
    /// <summary>Publishes an event as JSON; Dapr wraps it into a CloudEvent.</summary>
    public abstract Task PublishEventAsync<TData>(
        string pubsubName,
        string topicName,
        TData data,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes an event as JSON with metadata, such as <c>ttlInSeconds</c> or <c>rawPayload</c>.</summary>
    public abstract Task PublishEventAsync<TData>(
        string pubsubName,
        string topicName,
        TData data,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes an event without data.</summary>
    public abstract Task PublishEventAsync(
        string pubsubName,
        string topicName,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes an event without data, with metadata.</summary>
    public abstract Task PublishEventAsync(
        string pubsubName,
        string topicName,
        Dictionary<string, string> metadata,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes many events in one request. Each carries the metadata too. A <c>byte[]</c> goes as
    /// <c>application/octet-stream</c>, everything else as JSON.
    /// </summary>
    /// <returns>The events that were not published.</returns>
    /// <exception cref="DaprException">The request as a whole was refused.</exception>
    public abstract Task<BulkPublishResponse<TValue>> BulkPublishEventAsync<TValue>(
        string pubsubName,
        string topicName,
        IReadOnlyList<TValue> events,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);
}
