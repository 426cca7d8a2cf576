using System.Globalization;
using Gateway.Sidecar.Tests.Redis;
using Gateway.TestKit;

[assembly: AssemblyFixture(typeof(RedisDatabases))]

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>One Redis for all suites, started by the first that needs it; each suite has a database of its own in it.</summary>
public sealed class RedisDatabases : IAsyncDisposable
{
    private const int Count = 200;
    private static readonly Lazy<Task<RedisServer>> Server = new(() =>
        RedisServer.StartAsync(["--databases", Count.ToString(CultureInfo.InvariantCulture)]));
    private static int taken;

    /// <summary>A database that nobody else uses.</summary>
    public static async Task<RedisDatabase> NextAsync()
    {
        RedisServer server = await Server.Value;
        int number = Interlocked.Increment(ref taken);
        return number < Count ? new RedisDatabase(server, number) : throw new InvalidOperationException("There are too few databases.");
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await Server.Value).DisposeAsync();
    }
}

/// <summary>A database of a server.</summary>
public sealed record RedisDatabase(RedisServer Server, int Number)
{
    /// <summary>How a component of Dapr names it.</summary>
    public (string Name, string Value)[] Metadata => [("redisHost", Server.Host), ("redisDB", Number.ToString(CultureInfo.InvariantCulture))];
}
