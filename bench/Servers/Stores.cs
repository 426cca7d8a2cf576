using System.Diagnostics;
using Gateway.TestKit;

namespace Gateway.Bench.Servers;

/// <summary>What stands behind the sidecar and the relational store.</summary>
internal enum StoreKind
{
    /// <summary>The embedded default's files.</summary>
    Files,

    /// <summary>State in Redis, history in Postgres.</summary>
    Redis,

    /// <summary>State and history in Postgres.</summary>
    Postgres,
}

/// <summary>Real servers for the sidecar, in temp folders, ended with the benchmark. What they accepted is on disk, as components/README.md asks of them.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly RedisServer redis;
    private readonly PostgresServer postgres;
    private readonly DirectoryInfo components = Directory.CreateTempSubdirectory("gateway-bench-components-");
    private readonly string database;

    private Stores(RedisServer redis, PostgresServer postgres, string database) => (this.redis, this.postgres, this.database) = (redis, postgres, database);

    /// <summary>Starts them; null for files.</summary>
    public static async Task<Stores?> StartAsync(StoreKind kind, CancellationToken cancellationToken)
    {
        if (kind == StoreKind.Files) return null;
        var redis = await RedisServer.StartAsync(["--appendfsync", "always"], cancellationToken);
        var postgres = await PostgresServer.StartAsync(["fsync=on", "full_page_writes=on", "autovacuum=on"], cancellationToken);
        var stores = new Stores(redis, postgres, await postgres.CreateDatabaseAsync(cancellationToken));
        await stores.WriteAsync(
            "statestore",
            kind == StoreKind.Redis
                ? $"state.redis, version: v1, metadata: [{{name: redisHost, value: '{redis.Host}'}}"
                : $"state.postgresql, version: v2, metadata: [{{name: connectionString, value: '{PostgresServer.Libpq(await postgres.CreateDatabaseAsync(cancellationToken))}'}}",
            ", {name: keyPrefix, value: name}, {name: actorStateStore, value: 'true'}]",
            cancellationToken);
        await stores.WriteAsync("pubsub", $"pubsub.redis, version: v1, metadata: [{{name: redisHost, value: '{redis.Host}'}}", "]", cancellationToken);
        await stores.WriteAsync("secrets", "secretstores.local.env, version: v1, metadata: [", "]", cancellationToken);
        return stores;
    }

    /// <summary>The folder of their component files.</summary>
    public string Components => components.FullName;

    /// <summary>Tells a server where they are.</summary>
    public void Describe(ProcessStartInfo start)
    {
        start.Environment["Gateway__ResourcesPath"] = components.FullName;
        start.Environment["ConnectionStrings__Gateway"] = database;
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await postgres.DisposeAsync();
        components.Delete(recursive: true);
    }

    private Task WriteAsync(string name, string spec, string more, CancellationToken cancellationToken) => File.WriteAllTextAsync(
        Path.Combine(components.FullName, name + ".yaml"),
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: {{name}}}
        spec: {type: {{spec}}{{more}}}
        """,
        cancellationToken);
}
