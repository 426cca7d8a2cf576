using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>The embedded sidecar, several in this process and in real time.</summary>
public class EmbeddedGroup : SeveralSidecars
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private SidecarGroup? group;

    /// <summary>How the apps are probed; null probes none.</summary>
    public AppHealthOptions? Health { get; init; }

    /// <summary>The running sidecars.</summary>
    public IReadOnlyList<SidecarHost> Sidecars => group!.Sidecars;

    /// <summary>The component documents.</summary>
    protected virtual Task<string> ComponentsAsync() => Task.FromResult(
        TestSidecar.Component("store", "state.in-memory", "", ("actorStateStore", "true")) + TestSidecar.Component("ps", "pubsub.in-memory"));

    /// <inheritdoc/>
    protected override async Task OpenAsync(IReadOnlyList<(string AppId, int Port)> apps)
    {
        TestSidecar.WriteComponents(Folder, await ComponentsAsync());
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

/// <summary>The same over Redis.</summary>
public sealed class EmbeddedRedisGroup : EmbeddedGroup
{
    private RedisServer? redis;

    /// <inheritdoc/>
    protected override async Task<string> ComponentsAsync()
    {
        redis = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        return TestSidecar.Component("store", "state.redis", "", ("redisHost", redis.Host), ("actorStateStore", "true"))
            + TestSidecar.Component("ps", "pubsub.redis", "", ("redisHost", redis.Host));
    }

    /// <inheritdoc/>
    protected override async ValueTask CloseAsync()
    {
        await base.CloseAsync();
        if (redis is not null) await redis.DisposeAsync();
    }
}
