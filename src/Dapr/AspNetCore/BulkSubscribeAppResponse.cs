namespace Dapr.AspNetCore;

/// <summary>The answer to a bulk message: <c>{"statuses":[{"entryId":"1","status":"SUCCESS"}]}</c>.</summary>
/// <param name="statuses">What became of each event.</param>
public class BulkSubscribeAppResponse(List<BulkSubscribeAppResponseEntry> statuses)
{
    /// <summary>What became of each event.</summary>
    public List<BulkSubscribeAppResponseEntry> Statuses { get; } = statuses;
}
