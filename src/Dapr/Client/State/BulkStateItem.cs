namespace Dapr.Client;

/// <summary>One key of a bulk read, its value as JSON text.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value as JSON text; empty when the key is absent.</param>
/// <param name="etag">The etag; empty when the key is absent.</param>
public readonly struct BulkStateItem(string key, string value, string etag)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value as JSON text; empty when the key is absent.</summary>
    public string Value { get; } = value;

    /// <summary>The etag; empty when the key is absent.</summary>
    public string ETag { get; } = etag;
}

/// <summary>One key of a bulk read.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value; the type's default when the key is absent.</param>
/// <param name="etag">The etag; empty when the key is absent.</param>
public readonly struct BulkStateItem<TValue>(string key, TValue value, string etag)
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value; the type's default when the key is absent.</summary>
    public TValue Value { get; } = value;

    /// <summary>The etag; empty when the key is absent.</summary>
    public string ETag { get; } = etag;
}
