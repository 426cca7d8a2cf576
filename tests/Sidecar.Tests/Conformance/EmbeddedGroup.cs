using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>The embedded sidecar, several in this process and in real time.</summary>
public sealed class EmbeddedGroup : SeveralSidecars
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private SidecarGroup? group;

    /// <summary>How the apps are probed; null probes none.</summary>
    public AppHealthOptions? Health { get; init; }

    /// <summary>The running sidecars.</summary>
    public IReadOnlyList<SidecarHost> Sidecars => group!.Sidecars;

    /// <inheritdoc/>
    protected override async Task OpenAsync(IReadOnlyList<(string AppId, int Port)> apps)
    {
        TestSidecar.WriteComponents(
            Folder,
            TestSidecar.Component("store", "state.in-memory", "", ("actorStateStore", "true")) + TestSidecar.Component("ps", "pubsub.in-memory"));
        group = await SidecarGroup.StartAsync(
            [.. apps.Select(app => new SidecarOptions
            {
                AppId = app.AppId,
                AppPort = app.Port,
                HttpPort = 0,
                ResourcesPaths = [TestSidecar.ResourcesOf(Folder)],
                DataPath = Folder,
                AppHealth = Health,
            })],
            null,
            TimeProvider.System,
            TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    protected override Task<Uri> StartAsync(int index) => Task.FromResult(group!.Sidecars[index].HttpAddress);

    /// <inheritdoc/>
    protected override Task EndAsync(int index) => ReadyAsync(this[index], ready: false);

    /// <inheritdoc/>
    protected override async ValueTask CloseAsync()
    {
        if (group is not null) await group.DisposeAsync().AsTask().WaitAsync(Limit);
    }
}
