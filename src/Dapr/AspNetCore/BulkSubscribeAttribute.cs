namespace Dapr.AspNetCore;

/// <summary>The events of a topic that the endpoint takes come many at once. May be given more than once.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class BulkSubscribeAttribute : Attribute, IBulkSubscribeMetadata
{
    /// <summary>Takes many at once.</summary>
    /// <param name="topicName">The topic.</param>
    /// <param name="maxMessagesCount">How many at most.</param>
    /// <param name="maxAwaitDurationMs">How long the sidecar collects them at most, in milliseconds.</param>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount, int maxAwaitDurationMs)
    {
        TopicName = topicName;
        MaxMessagesCount = maxMessagesCount;
        MaxAwaitDurationMs = maxAwaitDurationMs;
    }

    /// <summary>Takes many at once, collected for a second at most.</summary>
    /// <param name="topicName">The topic.</param>
    /// <param name="maxMessagesCount">How many at most.</param>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount)
        : this(topicName, maxMessagesCount, 1000)
    {
    }

    /// <summary>Takes 100 at once at most, collected for a second at most.</summary>
    /// <param name="topicName">The topic.</param>
    public BulkSubscribeAttribute(string topicName)
        : this(topicName, 100)
    {
    }

    /// <inheritdoc />
    public int MaxMessagesCount { get; }

    /// <inheritdoc />
    public int MaxAwaitDurationMs { get; }

    /// <inheritdoc />
    public string TopicName { get; }
}
