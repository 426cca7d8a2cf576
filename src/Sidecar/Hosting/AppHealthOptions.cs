namespace Gateway.Sidecar.Hosting;

/// <summary>How the app is probed (https://docs.dapr.io/developing-applications/building-blocks/observability/app-health/).</summary>
public sealed class AppHealthOptions
{
    /// <summary>Path that is asked with GET (<c>--app-health-check-path</c>); any 2xx is healthy. Default <c>/healthz</c>.</summary>
    public string Path { get; init; } = "/healthz";

    /// <summary>Time between two probes (<c>--app-health-probe-interval</c>, whole seconds there), default 5 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for an answer (<c>--app-health-probe-timeout</c>, milliseconds there), default 500 ms.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Failed probes in a row before the app counts as unhealthy (<c>--app-health-threshold</c>), default 3, at least 1.</summary>
    public int Threshold { get; init; } = 3;
}
