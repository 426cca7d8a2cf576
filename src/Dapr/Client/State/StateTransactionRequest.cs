namespace Dapr.Client;

/// <summary>One part of a state transaction.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value as UTF-8 JSON; null for a delete.</param>
/// <param name="operationType">What to do with the key.</param>
/// <param name="etag">The etag that the key must have; null for any.</param>
/// <param name="metadata">Metadata for the store, such as <c>ttlInSeconds</c>.</param>
/// <param name="options">Concurrency and consistency.</param>
public sealed class StateTransactionRequest(
    string key,
    byte[]? value,
    StateOperationType operationType,
    string? etag = null,
    IReadOnlyDictionary<string, string>? metadata = null,
    StateOptions? options = null)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key ?? throw new ArgumentNullException(nameof(key));

    /// <summary>The value as UTF-8 JSON; null for a delete.</summary>
    public byte[]? Value { get; set; } = value;

    /// <summary>What to do with the key.</summary>
    public StateOperationType? OperationType { get; set; } = operationType;

    /// <summary>The etag that the key must have; null for any.</summary>
    public string? ETag { get; set; } = etag;

    /// <summary>Metadata for the store, such as <c>ttlInSeconds</c>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; } = metadata;

    /// <summary>Concurrency and consistency.</summary>
    public StateOptions? Options { get; set; } = options;
}
