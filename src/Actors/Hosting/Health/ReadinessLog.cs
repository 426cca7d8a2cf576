namespace Gateway.Actors.Hosting.Health;

/// <summary>Log messages of the readiness checks: events 3100 to 3119, with those of the Api's.</summary>
internal static partial class ReadinessLog
{
    [LoggerMessage(3100, LogLevel.Warning, "The {Dependency} did not answer the readiness check in time")]
    public static partial void TookTooLong(ILogger logger, string dependency);

    [LoggerMessage(3101, LogLevel.Warning, "The {Dependency} failed the readiness check")]
    public static partial void Failed(ILogger logger, Exception exception, string dependency);

    [LoggerMessage(3103, LogLevel.Warning, "An import into this deployment is under way or was broken off: run it again with the same file, or empty the stores")]
    public static partial void ImportUnderWay(ILogger logger);
}
