namespace Dapr.Client;

/// <summary>An event of a bulk publish that was not published.</summary>
/// <param name="entry">The event as it was sent.</param>
/// <param name="errorMessage">What the sidecar said.</param>
public class BulkPublishResponseFailedEntry<TValue>(BulkPublishEntry<TValue> entry, string errorMessage)
{
    /// <summary>The event as it was sent.</summary>
    public BulkPublishEntry<TValue> Entry { get; } = entry;

    /// <summary>What the sidecar said.</summary>
    public string ErrorMessage { get; } = errorMessage;
}
