namespace Dapr.Client;

/// <summary>One key of a bulk save.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value, written as JSON.</param>
/// <param name="etag">The etag that the key must have; empty for any.</param>
/// <param name="stateOptions">Concurrency and consistency.</param>
/// <param name="metadata">Metadata for the store, such as <c>ttlInSeconds</c>.</param>
public readonly struct SaveStateItem<TValue>(
    string key,
    TValue value,
    string etag,
    StateOptions? stateOptions = null,
    IReadOnlyDictionary<string, string>? metadata = null)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value.</summary>
    public TValue Value { get; } = value;

    /// <summary>The etag that the key must have; empty for any.</summary>
    public string ETag { get; } = etag;

    /// <summary>Concurrency and consistency.</summary>
    public StateOptions? StateOptions { get; } = stateOptions;

    /// <summary>Metadata for the store.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; } = metadata;
}
