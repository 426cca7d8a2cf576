namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>Log messages of telemetry: events 3600 to 3619.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(3600, LogLevel.Warning, "The instrument {Instrument} of {Meter} is not shown: the metric {Metric} is another's of another type")]
    public static partial void NameTaken(ILogger logger, string instrument, string meter, string metric);

    [LoggerMessage(3601, LogLevel.Warning, "An instrument could not be read and is missing from the metrics")]
    public static partial void NotRead(ILogger logger, Exception exception);

    [LoggerMessage(3602, LogLevel.Warning, "The commands in all queues could not be counted; the metric is missing until they can")]
    public static partial void DepthUnknown(ILogger logger, Exception exception);

    [LoggerMessage(3603, LogLevel.Information, "Traces and metrics go to {Endpoint} by OTLP")]
    public static partial void Exporting(ILogger logger, string endpoint);

    [LoggerMessage(3604, LogLevel.Warning, "Traces or metrics did not get to their collector, which is told again in some minutes at the earliest: {Problem}")]
    public static partial void NotExported(ILogger logger, string problem);
}
