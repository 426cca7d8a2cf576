using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>
/// Several app processes with a sidecar each, over one state store (<c>store</c>, for actors too) and one pub/sub (<c>ps</c>). Apps come
/// and go: one that goes does so as a pod does that is killed.
/// </summary>
public abstract class SeveralSidecars : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string suffix = Guid.NewGuid().ToString("N")[..8];
    private readonly List<Place> places = [];

    /// <summary>Why it cannot run here, or null.</summary>
    public virtual string? Missing => null;

    /// <summary>A folder that is gone with the test.</summary>
    protected string Folder { get; } = TestSidecar.NewFolder();

    /// <summary>A name that no other test uses: of an app, an actor type, a topic.</summary>
    public string Unique(string name) => $"{name}-{suffix}";

    /// <summary>Makes room for apps, given by their ids, and starts none.</summary>
    public async Task OpenAsync(params string[] appIds)
    {
        places.AddRange(appIds.Select(id => new Place(Unique(id), FreePort.Next())));
        await OpenAsync([.. places.Select(place => (place.AppId, place.Port))]);
    }

    /// <summary>Starts an app, with its answers to <c>/dapr/config</c> and <c>/dapr/subscribe</c>, and waits until its sidecar is ready.</summary>
    internal async Task<ScriptedApp> JoinAsync(int index, string? config = null, string? subscribe = null, Action<ScriptedApp>? script = null)
    {
        Place place = places[index];
        // Nothing may reach the app before it has its script.
        var app = new ScriptedApp();
        app.On("/dapr/config", config is null ? new AppReply(404) : AppReply.Json(config));
        app.On("/dapr/subscribe", subscribe is null ? new AppReply(404) : AppReply.Json(subscribe));
        script?.Invoke(app);
        await app.ListenAsync(place.Port);
        place.App = app;
        Uri address = await StartAsync(index);
        if (place.Sidecar?.Address != address)
        {
            place.Sidecar?.Dispose();
            place.Sidecar = new SidecarCaller(address);
        }

        await ReadyAsync(place.Sidecar, ready: true);
        return app;
    }

    /// <summary>Kills an app, and waits until that is noticed.</summary>
    public async Task LeaveAsync(int index)
    {
        await places[index].App!.DisposeAsync();
        places[index].App = null;
        await EndAsync(index);
    }

    /// <summary>The sidecar of an app.</summary>
    public SidecarCaller this[int index] => places[index].Sidecar!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Place place in places)
        {
            place.Sidecar?.Dispose();
            if (place.App is not null) await place.App.DisposeAsync();
        }

        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes room for apps.</summary>
    protected abstract Task OpenAsync(IReadOnlyList<(string AppId, int Port)> apps);

    /// <summary>The app of a place listens: sees to it that its sidecar runs. Where that is.</summary>
    protected abstract Task<Uri> StartAsync(int index);

    /// <summary>The app of a place is gone: sees to it that everybody knows.</summary>
    protected abstract Task EndAsync(int index);

    /// <summary>Ends all.</summary>
    protected abstract ValueTask CloseAsync();

    /// <summary>Waits until a sidecar is ready, or is not.</summary>
    protected static async Task ReadyAsync(SidecarCaller sidecar, bool ready)
    {
        using var limit = new CancellationTokenSource(Limit);
        while ((int)(await sidecar.GetAsync("/v1.0/healthz")).Status != (ready ? 204 : 500))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }

    private sealed class Place(string appId, int port)
    {
        public string AppId { get; } = appId;

        public int Port { get; } = port;

        public ScriptedApp? App { get; set; }

        public SidecarCaller? Sidecar { get; set; }
    }
}
