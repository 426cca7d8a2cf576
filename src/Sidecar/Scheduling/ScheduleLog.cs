namespace Gateway.Sidecar.Scheduling;

/// <summary>Events 4130 to 4149.</summary>
internal static partial class ScheduleLog
{
    [LoggerMessage(4130, LogLevel.Information, "{Count} entries of the schedule were read from {File}")]
    public static partial void JournalLoaded(ILogger logger, int count, string file);

    [LoggerMessage(4131, LogLevel.Error, "The schedule could not be written to {File}")]
    public static partial void JournalFailed(ILogger logger, string file, Exception exception);

    [LoggerMessage(4132, LogLevel.Error, "A delivery of the schedule failed in the sidecar; it comes again with the next start")]
    public static partial void DeliveryFailed(ILogger logger, Exception exception);
}
