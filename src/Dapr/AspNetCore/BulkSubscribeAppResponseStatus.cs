namespace Dapr.AspNetCore;

/// <summary>What became of one event of a bulk message.</summary>
public enum BulkSubscribeAppResponseStatus
{
    /// <summary>It is done.</summary>
    SUCCESS,

    /// <summary>It should come again.</summary>
    RETRY,

    /// <summary>It should not come again, nor is it done.</summary>
    DROP,
}
