namespace Dapr.Client;

/// <summary>One event of a bulk publish.</summary>
/// <param name="entryId">The entry's id within the request: its position, from <c>0</c>.</param>
/// <param name="eventData">The event.</param>
/// <param name="contentType">Its content type.</param>
/// <param name="metadata">Its metadata.</param>
public class BulkPublishEntry<TValue>(
    string entryId,
    TValue eventData,
    string contentType,
    IReadOnlyDictionary<string, string>? metadata = null)
{
    /// <summary>The entry's id within the request: its position, from <c>0</c>.</summary>
    public string EntryId { get; } = entryId;

    /// <summary>The event.</summary>
    public TValue EventData { get; } = eventData;

    /// <summary>Its content type.</summary>
    public string ContentType { get; } = contentType;

    /// <summary>Its metadata.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; } = metadata;
}
