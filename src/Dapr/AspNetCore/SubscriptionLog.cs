using Microsoft.Extensions.Logging;

namespace Dapr;

internal static partial class SubscriptionLog
{
    [LoggerMessage(5101, LogLevel.Error, "Topic {Topic} of {PubsubName} has more than one endpoint without a match, only the first gets events")]
    public static partial void SecondDefault(ILogger logger, string topic, string pubsubName);

    [LoggerMessage(5102, LogLevel.Error, "Topic {Topic} of {PubsubName} has more than one match of priority {Priority}, their order is not fixed")]
    public static partial void SamePriority(ILogger logger, string topic, string pubsubName, int priority);
}
