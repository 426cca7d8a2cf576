namespace Dapr.AspNetCore;

/// <summary>The events of a topic come many at once, for <c>WithBulkSubscribe</c>.</summary>
public class BulkSubscribeTopicOptions
{
    /// <summary>How many at most; 100 by default.</summary>
    public int MaxMessagesCount { get; set; } = 100;

    /// <summary>How long the sidecar collects them at most, in milliseconds; 1000 by default.</summary>
    public int MaxAwaitDurationMs { get; set; } = 1000;

    /// <summary>The topic; required.</summary>
    public string? TopicName { get; set; }
}
