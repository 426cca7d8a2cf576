namespace Dapr.AspNetCore;

/// <summary>One event of a bulk message.</summary>
public class BulkSubscribeMessageEntry<TValue>
{
    /// <summary>For the JSON reader.</summary>
    public BulkSubscribeMessageEntry()
    {
    }

    /// <summary>Makes the entry.</summary>
    public BulkSubscribeMessageEntry(string entryId, string contentType, Dictionary<string, string> metadata, TValue eventData)
    {
        EntryId = entryId;
        ContentType = contentType;
        Metadata = metadata;
        Event = eventData;
    }

    /// <summary>Its id within the message: what the answer names it by.</summary>
    public string EntryId { get; set; } = string.Empty;

    /// <summary>Its content type.</summary>
    public string ContentType { get; set; } = string.Empty;

    /// <summary>Its metadata.</summary>
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>The event.</summary>
    public TValue Event { get; set; } = default!;
}
