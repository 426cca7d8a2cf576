namespace Gateway.Api.RateLimits;

/// <summary>Log messages of the rate limits: events 3310 to 3319.</summary>
internal static partial class RateLimitLog
{
    [LoggerMessage(3310, LogLevel.Warning, "The relational store does not count: rate limits hold for each replica by itself")]
    public static partial void StoreAway(ILogger logger, Exception problem);

    [LoggerMessage(3311, LogLevel.Information, "The relational store counts again: rate limits hold for all replicas together")]
    public static partial void StoreBack(ILogger logger);
}
