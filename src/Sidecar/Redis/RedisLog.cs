namespace Gateway.Sidecar.Redis;

/// <summary>Events 2500 to 2599.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(2500, LogLevel.Warning, "{Reason}; connecting again")]
    public static partial void Ended(ILogger logger, string reason);

    [LoggerMessage(2501, LogLevel.Error, "{Reason}; it is tried again")]
    public static partial void Unreachable(ILogger logger, string reason);

    [LoggerMessage(2502, LogLevel.Information, "Redis at {Address} is reached again")]
    public static partial void Reached(ILogger logger, string address);
}
