namespace Gateway.Api.Health;

/// <summary>Log messages of the health checks: events 3100 to 3119, of which the first two are the readiness checks'.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(3102, LogLevel.Warning, "The oldest overdue deadline could not be looked up")]
    public static partial void DeadlinesUnknown(ILogger logger, Exception exception);
}
