using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Real servers under an embedded sidecar: Redis for notices, Redis or Postgres for state, Postgres as the relational store.</summary>
internal sealed class ServerStores : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateway-components-").FullName;

    private ServerStores(RedisServer redis, PostgresServer postgres, IReadOnlyDictionary<string, string?> settings)
    {
        Redis = redis;
        Postgres = postgres;
        Settings = settings;
    }

    public RedisServer Redis { get; }

    public PostgresServer Postgres { get; }

    /// <summary>What a server is told of them.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; }

    /// <summary>Starts them.</summary>
    /// <param name="stateStore">The state store's component type: <c>state.redis</c> or <c>state.postgresql</c>.</param>
    public static async Task<ServerStores> StartAsync(string stateStore)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var stores = new ServerStores(
            await RedisServer.StartAsync(cancellationToken), await PostgresServer.StartAsync(cancellationToken), new Dictionary<string, string?>());
        var where = stateStore == "state.redis"
            ? ("redisHost", stores.Redis.Host)
            : ("connectionString", PostgresServer.Libpq(await stores.Postgres.CreateDatabaseAsync(cancellationToken)));
        await ComponentFile.WriteAsync(stores.folder, "statestore", stateStore, where, ("keyPrefix", "name"), ("actorStateStore", "true"));
        await ComponentFile.WriteAsync(stores.folder, "pubsub", "pubsub.redis", ("redisHost", stores.Redis.Host));
        await ComponentFile.WriteAsync(stores.folder, "secrets", "secretstores.local.env");
        stores.Settings = new Dictionary<string, string?>
        {
            ["Gateway__ResourcesPath"] = stores.folder,
            ["ConnectionStrings__Gateway"] = await stores.Postgres.CreateDatabaseAsync(cancellationToken),
        };
        return stores;
    }

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
