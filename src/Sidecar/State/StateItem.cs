namespace Gateway.Sidecar.State;

/// <summary>
/// A stored value: its JSON text in UTF-8, its etag (opaque to clients; null where the value was not written through Dapr), and when it
/// expires, or null where it does not or the store cannot tell.
/// </summary>
internal sealed record StateItem(ReadOnlyMemory<byte> Value, string? ETag, DateTimeOffset? Expires);

/// <summary>One entry of a bulk get; the item is null for a missing key.</summary>
internal readonly record struct BulkStateItem(string Key, StateItem? Item);
