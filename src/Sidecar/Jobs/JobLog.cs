namespace Gateway.Sidecar.Jobs;

/// <summary>Events 2800 to 2899.</summary>
internal static partial class JobLog
{
    [LoggerMessage(2800, LogLevel.Warning, "Job {Job} failed, attempt {Attempt}")]
    public static partial void Failed(ILogger logger, string job, int attempt);

    [LoggerMessage(2801, LogLevel.Warning, "A tick of job {Job} is given up")]
    public static partial void TickDropped(ILogger logger, string job);
}
