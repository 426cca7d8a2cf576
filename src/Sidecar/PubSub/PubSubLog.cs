namespace Gateway.Sidecar.PubSub;

/// <summary>Events 4200 to 4299.</summary>
internal static partial class PubSubLog
{
    [LoggerMessage(4200, LogLevel.Information, "The app subscribes to the topics {Topics}")]
    public static partial void Subscribed(ILogger logger, string topics);

    [LoggerMessage(4201, LogLevel.Warning, "The app's answer {Status} to GET /dapr/subscribe cannot be read: it has no programmatic subscriptions")]
    public static partial void SubscriptionsUnreadable(ILogger logger, int status);

    [LoggerMessage(4202, LogLevel.Error, "The subscription to topic {Topic} of {PubSub} is void: there is no such component")]
    public static partial void UnknownPubSub(ILogger logger, string pubSub, string topic);

    [LoggerMessage(4203, LogLevel.Warning, "The subscription to topic {Topic} of {PubSub} is void: the app may not subscribe to it")]
    public static partial void SubscriptionForbidden(ILogger logger, string pubSub, string topic);

    [LoggerMessage(4204, LogLevel.Warning, "A second subscription to topic {Topic} of {PubSub} is passed over")]
    public static partial void SubscribedTwice(ILogger logger, string pubSub, string topic);

    [LoggerMessage(4210, LogLevel.Warning, "A message of topic {Topic} is dropped: {Reason}")]
    public static partial void Dropped(ILogger logger, string topic, string reason);

    [LoggerMessage(4211, LogLevel.Warning, "The app did not handle a message of topic {Topic}: {Reason}")]
    public static partial void NotHandled(ILogger logger, string topic, string reason);

    [LoggerMessage(4212, LogLevel.Warning, "A message of topic {Topic} did not reach the app")]
    public static partial void AppUnreachable(ILogger logger, string topic, Exception exception);

    [LoggerMessage(4213, LogLevel.Error, "A message could not be sent to dead letter topic {Topic}: {Reason}")]
    public static partial void DeadLetterFailed(ILogger logger, string topic, string reason);

    [LoggerMessage(4214, LogLevel.Error, "The delivery of a message of topic {Topic} failed in the sidecar")]
    public static partial void HandlerFailed(ILogger logger, string topic, Exception exception);
}
