using System.Globalization;
using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>Real daprd, with Redis, placement and scheduler of its own, so that nothing of another suite reaches it.</summary>
public abstract class DaprdSidecar : SidecarUnderTest
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("daprd-conformance-");
    private DaprdProcess? daprd;

    /// <inheritdoc/>
    public override string? Missing => DaprStack.Binaries is null ? "DAPRD_BIN does not name a folder with daprd, placement and scheduler." : null;

    /// <summary>The stack, once started.</summary>
    protected DaprStack? Stack { get; private set; }

    /// <summary>The component that keeps the state of actors.</summary>
    protected abstract string Store { get; }

    /// <inheritdoc/>
    public override async Task<Uri> StartAsync(SidecarSetup setup, int appPort)
    {
        if (daprd is null)
        {
            Stack = await DaprStack.StartAsync();
            string resources = folder.CreateSubdirectory("resources").FullName;
            string components = Store + PubSub("ps") + string.Concat(setup.PubSubs.Select(more => PubSub(more.Key, more.Value)));
            await File.WriteAllTextAsync(Path.Combine(resources, "components.yaml"), components);
            if (setup.Resources.Length > 0) await File.WriteAllTextAsync(Path.Combine(resources, "more.yaml"), setup.Resources);
            daprd = await Stack.StartSidecarAsync(new DaprdOptions
            {
                AppId = AppId,
                AppPort = appPort,
                ResourcesPath = resources,
                Configuration = setup.Configuration,
            });
        }
        else
        {
            await daprd.StartAsync();
        }

        if (setup.Config is not null) await WaitForPlacementAsync(daprd.HttpAddress);
        return daprd.HttpAddress;
    }

    /// <inheritdoc/>
    public override Task StopAsync() => daprd?.StopAsync() ?? Task.CompletedTask;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Stack is not null) await Stack.DisposeAsync();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A publish/subscribe component.</summary>
    protected abstract string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata);

    /// <summary>Healthy is not yet known to placement: the first calls of actors would find nobody.</summary>
    private static async Task WaitForPlacementAsync(Uri address)
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await client.GetStringAsync(new Uri(address, "v1.0/metadata"), limit.Token)).Contains("\"hostReady\":true", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }
}

/// <summary>daprd with its components in memory.</summary>
public sealed class DaprdInMemory : DaprdSidecar
{
    /// <inheritdoc/>
    protected override string Store => Component("store", "state.in-memory", ("actorStateStore", "true"));

    /// <inheritdoc/>
    protected override string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata) =>
        Component(name, "pubsub.in-memory", metadata);
}

/// <summary>daprd with its components in Redis.</summary>
public sealed class DaprdRedis : DaprdSidecar
{
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
    protected override string Store => Component("store", "state.redis", ("actorStateStore", "true"), ("redisHost", Stack!.Redis.Host));

    /// <remarks>Each topic blocks a connection; with the default pool a sidecar of many topics never becomes healthy.</remarks>
    protected override string PubSub(string name, params IEnumerable<(string Name, string Value)> metadata) => Component(
        name,
        "pubsub.redis",
        [
            ("redisHost", Stack!.Redis.Host),
            ("processingTimeout", "2s"),
            ("redeliverInterval", "500"),
            ("poolSize", 300.ToString(CultureInfo.InvariantCulture)),
            .. metadata,
        ]);
}
