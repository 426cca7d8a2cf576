using System.ComponentModel.DataAnnotations;

namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>How metrics are shown. Bound from <c>Gateway:Metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Gateway:Metrics";

    /// <summary>Whether <c>/metrics</c> is also on the public port, for a Prometheus on another machine. Default false: only on the app port.</summary>
    public bool Public { get; set; }

    /// <summary>
    /// Most combinations of labels of one instrument; what comes beyond is counted together under <c>otel_metric_overflow="true"</c>.
    /// Default 1,000; 10 to 100,000.
    /// </summary>
    [Range(10, 100_000)] public int MaxSeries { get; set; } = 1_000;
}
