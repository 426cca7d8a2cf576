namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>The types of the text format that instruments become.</summary>
internal enum MetricType
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Rises and falls.</summary>
    Gauge,

    /// <summary>Counts values by size.</summary>
    Histogram,
}
