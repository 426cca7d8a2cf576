namespace Gateway.Sidecar.Hosting;

/// <summary>What a sidecar is started with: the settings that <c>daprd</c> takes as flags and environment variables.</summary>
public sealed class SidecarOptions
{
    /// <summary>The app id (<c>--app-id</c>). Required; part of state keys and of what the app is told.</summary>
    public required string AppId { get; init; }

    /// <summary>Port of the app on 127.0.0.1 (<c>--app-port</c>); null for a sidecar without an app.</summary>
    public int? AppPort { get; init; }

    /// <summary>Port of the HTTP API (<c>--dapr-http-port</c>), default 3500; 0 takes a free one.</summary>
    public int HttpPort { get; init; } = 3500;

    /// <summary>Address the HTTP API listens on (<c>--dapr-listen-addresses</c>), default 127.0.0.1.</summary>
    public string ListenAddress { get; init; } = "127.0.0.1";

    /// <summary>Folders with component files (<c>--resources-path</c>), read in order; none by default.</summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>Whether it opens secret stores and no other component, for whoever needs secrets before the rest can be opened; default false.</summary>
    public bool SecretStoresOnly { get; init; }

    /// <summary>File with a Dapr Configuration (<c>--config</c>), or null.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>
    /// Folder for what Dapr keeps outside the state store (reminders and jobs, which are in its scheduler service).
    /// An embedding host that sets it also gets relative <c>state.sqlite</c> files there; null keeps the former in memory
    /// and takes the working directory for the latter, as with <c>daprd</c>.
    /// </summary>
    public string? DataPath { get; init; }

    /// <summary>Token that callers must send as <c>dapr-api-token</c> (<c>DAPR_API_TOKEN</c>); null asks for none.</summary>
    public string? DaprApiToken { get; init; }

    /// <summary>Token sent to the app as <c>dapr-api-token</c> (<c>APP_API_TOKEN</c>); null sends none.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>Largest request body in bytes (<c>--max-body-size</c>), default 4 MiB.</summary>
    public long MaxBodySize { get; init; } = 4 << 20;

    /// <summary>Namespace of the app (<c>NAMESPACE</c>), or null where none is set; calls then carry <c>default</c>.</summary>
    public string? Namespace { get; init; }

    /// <summary>How many requests the app gets at once (<c>--app-max-concurrency</c>); null is no limit.</summary>
    public int? AppMaxConcurrency { get; init; }

    /// <summary>Whether an app id means this app: as it is, or followed by a point and the namespace.</summary>
    internal bool IsNamed(string id) => id == AppId || id == $"{AppId}.{Namespace ?? "default"}";

    /// <summary>App health checks (<c>--enable-app-health-check</c>), or null: a listening app counts as healthy for good.</summary>
    public AppHealthOptions? AppHealth { get; init; }
}
