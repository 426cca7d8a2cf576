namespace Dapr.AspNetCore;

/// <summary>What became of one event of a bulk message.</summary>
/// <param name="entryId">The event's id within the message.</param>
/// <param name="status">What became of it.</param>
public class BulkSubscribeAppResponseEntry(string entryId, BulkSubscribeAppResponseStatus status)
{
    /// <summary>The event's id within the message.</summary>
    public string EntryId { get; } = entryId;

    /// <summary><c>SUCCESS</c>, <c>RETRY</c> or <c>DROP</c>.</summary>
    public string Status { get; } = status.ToString();
}
