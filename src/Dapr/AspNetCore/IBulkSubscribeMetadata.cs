namespace Dapr.AspNetCore;

/// <summary>Endpoint metadata: the events of a topic come many at once.</summary>
public interface IBulkSubscribeMetadata
{
    /// <summary>How many at most.</summary>
    int MaxMessagesCount { get; }

    /// <summary>How long the sidecar collects them at most, in milliseconds.</summary>
    int MaxAwaitDurationMs { get; }

    /// <summary>The topic.</summary>
    string TopicName { get; }
}
