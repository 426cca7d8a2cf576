using Gateway.Sidecar.Components;
using Gateway.Sidecar.Secrets;
using Gateway.Sidecar.State;

namespace Gateway.Sidecar.Hosting;

/// <summary>What the features of one sidecar share.</summary>
internal sealed class SidecarContext(SidecarOptions options, SidecarResources resources, SidecarMachine machine) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private bool appIsThere;

    public SidecarOptions Options { get; } = options;

    /// <summary>What this sidecar shares with the others of its process.</summary>
    public SidecarMachine Machine { get; } = machine;

    /// <summary>What the resource files declare, apart from the components.</summary>
    public SidecarResources Resources { get; } = resources;

    /// <summary>The opened state stores by component name.</summary>
    public StateStores States { get; } = new();

    /// <summary>The opened secret stores by component name.</summary>
    public SecretStores Secrets { get; } = new();

    /// <summary>The opened components in the order of the files, for /v1.0/metadata.</summary>
    public List<LoadedComponent> Components { get; } = [];

    /// <summary>The building blocks, once they are made.</summary>
    public IReadOnlyList<ISidecarFeature> Features { get; set; } = [];

    /// <summary>The way to the app; null without an app port.</summary>
    public AppChannel? App { get; } = options.AppPort is { } port
        ? new AppChannel(options, port, machine.Loggers.CreateLogger("Gateway.Sidecar")) { IsWatched = machine.IsShared }
        : null;

    /// <summary>Whether the app has been found and asked what it declares, and is not known to be gone; also true without an app.</summary>
    public bool AppIsThere
    {
        get => Volatile.Read(ref appIsThere);
        set => Volatile.Write(ref appIsThere, value);
    }

    /// <summary>Whether the app may get calls.</summary>
    public AppHealth Health { get; } = new();

    public TimeProvider Time => Machine.Time;

    public ILoggerFactory Loggers => Machine.Loggers;

    /// <summary>Cancelled when the sidecar begins to stop.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Set by POST /v1.0/shutdown: whoever runs the host stops it.</summary>
    public TaskCompletionSource ShutdownRequested { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when every feature has started: /v1.0/healthz is 204 from then on, while the app is there.</summary>
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task CancelAsync() => stopping.CancelAsync();

    public void Dispose()
    {
        App?.Dispose();
        stopping.Dispose();
    }
}

/// <summary>An opened component as /v1.0/metadata lists it.</summary>
internal sealed record LoadedComponent(ComponentSpec Spec, IReadOnlyList<string> Capabilities);
