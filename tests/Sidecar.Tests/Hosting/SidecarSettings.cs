namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>What a suite asks of a sidecar; its app id is always <see cref="AppId"/>.</summary>
public sealed record SidecarSettings
{
    public const string AppId = "gold";

    public int? AppPort { get; init; }

    /// <summary>Component documents.</summary>
    public string Components { get; init; } = "";

    /// <summary>The YAML of a Configuration, or null.</summary>
    public string? Configuration { get; init; }

    /// <summary>The token that callers must send.</summary>
    public string? DaprApiToken { get; init; }

    /// <summary>The token that the app is sent.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>Largest body in KiB.</summary>
    public int? MaxBodyKib { get; init; }

    public int? AppMaxConcurrency { get; init; }

    /// <summary>A path of the app that is asked every second; one failure is enough for the app to count as unhealthy.</summary>
    public string? AppHealthPath { get; init; }

    /// <summary>False: the start does not wait for the app.</summary>
    public bool WaitUntilReady { get; init; } = true;
}

/// <summary>A sidecar that a suite talks to, by nothing but its address.</summary>
public interface IRunningSidecar : IAsyncDisposable
{
    SidecarCaller Caller { get; }

    /// <summary>Waits until the start is finished, which needs an app that listens.</summary>
    Task WaitUntilReadyAsync();

    /// <summary>Waits until it ends by itself.</summary>
    Task EndsAsync();
}
