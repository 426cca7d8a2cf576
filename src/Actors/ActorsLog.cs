namespace Gateway.Actors;

internal static partial class ActorsLog
{
    [LoggerMessage(3001, LogLevel.Warning, "The deadline of {DeviceId} could not be looked at; the sweep will find it")]
    public static partial void DeadlineLeftToSweep(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3002, LogLevel.Warning, "The sweep {Sweep} failed and is tried again at its next time")]
    public static partial void SweepFailed(ILogger logger, string sweep, Exception exception);

    [LoggerMessage(3003, LogLevel.Information, "{Count} deadline(s) were found by the sweep, the oldest {Overdue} overdue")]
    public static partial void OverdueFound(ILogger logger, int count, TimeSpan overdue);

    [LoggerMessage(3004, LogLevel.Warning, "The sweep {Sweep} could not be started yet")]
    public static partial void SweepNotStarted(ILogger logger, string sweep, Exception exception);

    [LoggerMessage(3005, LogLevel.Debug, "The queue of {DeviceId} could not be looked at by a sweep")]
    public static partial void HeadSkipped(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3006, LogLevel.Warning, "An observer did not take up {Count} change(s) of presence")]
    public static partial void ObserverFailed(ILogger logger, int count, Exception exception);
}
