namespace Gateway.Sidecar.State;

/// <summary>A stored value: its JSON text in UTF-8, its etag (a decimal counter, opaque to clients) and when it expires.</summary>
internal sealed record StateItem(ReadOnlyMemory<byte> Value, string ETag, DateTimeOffset? Expires);

/// <summary>One entry of a bulk get; the item is null for a missing key.</summary>
internal readonly record struct BulkStateItem(string Key, StateItem? Item);
