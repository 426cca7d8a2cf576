using System.Diagnostics.Tracing;
using System.Globalization;

namespace Gateway.Actors.Hosting.Telemetry.Otlp;

/// <summary>
/// Tells in the log that a collector does not take what it is sent, and why: the library says so only on an event source of its own, which nobody reads.
/// Once, and again when it still goes on after <see cref="Pause"/>.
/// </summary>
internal sealed class OtlpTroubles : EventListener
{
    /// <summary>How long it is not told of again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private const string Source = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private readonly TimeProvider time;
    private readonly ILogger logger;
    private long? toldAt;

    public OtlpTroubles(TimeProvider time, ILogger logger)
    {
        (this.time, this.logger) = (time, logger);

        // Sources that were there before have been passed over: the base class tells of them before there is a logger.
        foreach (var source in EventSource.GetSources()) OnEventSourceCreated(source);
    }

    /// <inheritdoc />
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (logger is not null && eventSource.Name == Source) EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <inheritdoc />
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (logger)
        {
            if (toldAt is { } at && time.GetElapsedTime(at) < Pause) return;
            toldAt = time.GetTimestamp();
        }

        // The library gives an exception with all its lines.
        var text = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? "{0}", [.. eventData.Payload ?? []]);
        TelemetryLog.NotExported(logger, text.Split('\n', 2)[0].TrimEnd());
    }
}
