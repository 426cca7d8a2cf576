using Gateway.Actors.Tests.Rig;
using Gateway.Sidecar.Hosting;
using Gateway.TestKit;
using Gateway.TestKit.Daprd;
using Npgsql;

namespace Gateway.Actors.Tests.OnStores;

/// <summary>A sidecar without an app, with a state store as <c>statestore</c>.</summary>
public abstract class Store : IAsyncLifetime
{
    /// <summary>Whether the app must not learn that the etags are counters.</summary>
    public virtual bool HidesEtags => false;

    /// <summary>Whether the etag after a save can be told before it.</summary>
    public virtual bool EtagsCount => true;

    public abstract Uri Address { get; }

    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("gateway-store-test-");

    public abstract ValueTask InitializeAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>How Dapr writes what Npgsql writes in its own way.</summary>
    protected static string ConnectionTo(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        return $"host={settings.Host} port={settings.Port} user={settings.Username} database={settings.Database}";
    }

    protected string Component(string type, string version, params (string Name, string Value)[] metadata)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder.FullName, "components")).FullName;
        var items = string.Concat(metadata.Append(("keyPrefix", "name")).Select(item => $"  - name: {item.Item1}\n    value: \"{item.Item2}\"\n"));
        File.WriteAllText(
            Path.Combine(folder, "statestore.yaml"),
            $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: statestore\nspec:\n  type: {type}\n  version: {version}\n  metadata:\n{items}");
        return folder;
    }
}

/// <summary>The embedded sidecar's durable store, whose etags count.</summary>
public class EmbeddedStore : Store
{
    private SidecarHost? sidecar;

    public override Uri Address => sidecar!.HttpAddress;

    /// <summary>What it has written.</summary>
    internal StateFile File => new(Path.Combine(Folder.FullName, "state.db"));

    public override async ValueTask InitializeAsync() => sidecar = await SidecarHost.StartAsync(
        new SidecarOptions
        {
            AppId = "gateway-api",
            HttpPort = 0,
            ResourcesPaths = [await ComponentAsync()],
            DataPath = Folder.FullName,
        },
        null, TimeProvider.System, CancellationToken.None);

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (sidecar is not null) await sidecar.DisposeAsync();
        await base.DisposeAsync();
    }

    protected virtual Task<string> ComponentAsync() => Task.FromResult(Component("state.sqlite", "v1", ("connectionString", "state.db")));
}

/// <summary>The embedded sidecar on a real Redis.</summary>
public sealed class EmbeddedRedisStore : EmbeddedStore
{
    private RedisServer? redis;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (redis is not null) await redis.DisposeAsync();
    }

    protected override async Task<string> ComponentAsync()
    {
        redis = await RedisServer.StartAsync();
        return Component("state.redis", "v1", ("redisHost", redis.Host), ("redisPassword", ""));
    }
}

/// <summary>The embedded sidecar on a real Postgres.</summary>
public sealed class EmbeddedPostgresStore : EmbeddedStore
{
    private PostgresServer? postgres;

    public override bool EtagsCount => false;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
    }

    protected override async Task<string> ComponentAsync()
    {
        postgres = await PostgresServer.StartAsync();
        return Component("state.postgresql", "v2", ("connectionString", ConnectionTo(await postgres.CreateDatabaseAsync())));
    }
}

/// <summary>The same with etags that tell nothing.</summary>
public sealed class EmbeddedStoreOfRandomEtags : EmbeddedStore
{
    public override bool HidesEtags => true;

    public override bool EtagsCount => false;
}

/// <summary>Real Dapr.</summary>
public abstract class DaprdStore : Store
{
    private DaprdProcess? daprd;

    public override Uri Address => daprd?.HttpAddress ?? throw new InvalidOperationException("daprd is not there.");

    protected DaprStack Stack { get; } = new();

    public override async ValueTask InitializeAsync()
    {
        if (DaprStack.Binaries is null) return;
        await Stack.InitializeAsync();
        daprd = await Stack.StartSidecarAsync(new DaprdOptions { AppId = "gateway-api", ResourcesPath = await ComponentAsync() });
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Stack.DisposeAsync();
        await base.DisposeAsync();
    }

    protected abstract Task<string> ComponentAsync();
}

/// <summary>Redis as Dapr keeps it: etags count, the rest of a failed transaction stays, a first write that comes late is an error.</summary>
public sealed class DaprdRedisStore : DaprdStore
{
    protected override Task<string> ComponentAsync() =>
        Task.FromResult(Component("state.redis", "v1", ("redisHost", Stack.Redis.Host), ("redisPassword", "")));
}

/// <summary>Postgres as Dapr keeps it: etags are random.</summary>
public sealed class DaprdPostgresStore : DaprdStore
{
    private PostgresServer? postgres;

    public override bool EtagsCount => false;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
    }

    protected override async Task<string> ComponentAsync()
    {
        postgres = await PostgresServer.StartAsync();
        return Component("state.postgresql", "v2", ("connectionString", ConnectionTo(await postgres.CreateDatabaseAsync())));
    }
}
