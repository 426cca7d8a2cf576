namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>Events 4300 to 4319.</summary>
internal static partial class RedisPubSubLog
{
    [LoggerMessage(4300, LogLevel.Warning, "Component {Name}: redeliverInterval '{Value}' is ignored, since daprd takes only milliseconds as a number; it stays 15000")]
    public static partial void IntervalIgnored(ILogger logger, string name, string value);

    [LoggerMessage(4301, LogLevel.Warning, "Component {Name}: streamTTL means nothing beside maxLenApprox")]
    public static partial void TrimmedTwice(ILogger logger, string name);

    [LoggerMessage(4302, LogLevel.Error, "Consumer group {Group} gets no messages: {Reason}; it is tried again")]
    public static partial void ReadFailed(ILogger logger, string group, string reason);

    [LoggerMessage(4303, LogLevel.Information, "Consumer group {Group} gets messages again")]
    public static partial void ReadsAgain(ILogger logger, string group);

    [LoggerMessage(4304, LogLevel.Warning, "A stream or its consumer group {Group} is gone ({Reason}); what is missing is made again")]
    public static partial void GroupsGone(ILogger logger, string group, string reason);

    [LoggerMessage(4305, LogLevel.Error, "Topic {Topic} cannot be read: {Reason}; it is tried again")]
    public static partial void TopicRefused(ILogger logger, string topic, string reason);

    [LoggerMessage(4306, LogLevel.Warning, "Message {Id} of topic {Topic} was not acknowledged and will come again: {Reason}")]
    public static partial void NotAcknowledged(ILogger logger, string id, string topic, string reason);

    [LoggerMessage(4307, LogLevel.Error, "Messages of topic {Topic} that were not acknowledged cannot be taken over: {Reason}")]
    public static partial void RedeliveryFailed(ILogger logger, string topic, string reason);
}
