using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Redis;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>The embedded sidecar, in this process and in real time.</summary>
public abstract class InProcessSidecar : SidecarUnderTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sidecar-conformance-");
    private SidecarHost? host;

    /// <inheritdoc/>
    public override async Task<Uri> StartAsync(SidecarSetup setup, int appPort)
    {
        await PrepareAsync();
        string resources = folder.CreateSubdirectory("resources").FullName;
        string components = Store + PubSub("ps") + string.Concat(setup.PubSubs.Select(more => PubSub(more.Key, more.Value)));
        await File.WriteAllTextAsync(Path.Combine(resources, "components.yaml"), components);
        if (setup.Resources.Length > 0) await File.WriteAllTextAsync(Path.Combine(resources, "more.yaml"), setup.Resources);
        string configuration = Path.Combine(folder.FullName, "config.yaml");
        if (setup.Configuration is not null) await File.WriteAllTextAsync(configuration, setup.Configuration);
        host = await SidecarHost.StartAsync(
            new SidecarOptions
            {
                AppId = AppId,
                AppPort = appPort,
                HttpPort = 0,
                ResourcesPaths = [resources],
                DataPath = Path.Combine(folder.FullName, "data"),
                ConfigPath = setup.Configuration is null ? null : configuration,
            },
            null,
            TimeProvider.System,
            CancellationToken.None);
        await host.Ready.WaitAsync(Limit);
        return host.HttpAddress;
    }

    /// <inheritdoc/>
    public override async Task StopAsync()
    {
        if (host is not null) await host.DisposeAsync().AsTask().WaitAsync(Limit);
        host = null;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts what the components need.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>The component that keeps the state of actors.</summary>
    protected abstract string Store { get; }

    /// <summary>A publish/subscribe component.</summary>
    protected abstract string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata);
}

/// <summary>The embedded sidecar with its components in memory.</summary>
public sealed class EmbeddedSidecar : InProcessSidecar
{
    /// <inheritdoc/>
    protected override string Store => Component("store", "state.in-memory", ("actorStateStore", "true"));

    /// <inheritdoc/>
    protected override string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata) =>
        Component(name, "pubsub.in-memory", metadata);
}

/// <summary>The embedded sidecar with its components in Redis: what is different is what is so in daprd (<see cref="DaprdRedis"/>).</summary>
public sealed class EmbeddedRedis : InProcessSidecar
{
    private RedisDatabase? database;

    /// <inheritdoc/>
    public override bool DeliversOneByOne => false;

    /// <inheritdoc/>
    public override bool CollectsBulk => true;

    /// <inheritdoc/>
    public override bool RedeliversWhatTakesLong => true;

    /// <inheritdoc/>
    public override bool KeepsMessages => true;

    /// <inheritdoc/>
    public override bool RollsBack => false;

    /// <inheritdoc/>
    public override bool TellsExpiry => false;

    /// <inheritdoc/>
    protected override string Store => Component("store", "state.redis", [("actorStateStore", "true"), .. database!.Metadata]);

    /// <inheritdoc/>
    protected override async Task PrepareAsync() => database ??= await RedisDatabases.NextAsync();

    /// <inheritdoc/>
    protected override string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata) =>
        Component(name, "pubsub.redis", [.. database!.Metadata, ("processingTimeout", "2s"), ("redeliverInterval", "500"), .. metadata]);
}
