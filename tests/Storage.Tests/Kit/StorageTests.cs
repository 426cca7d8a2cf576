using Gateway.Storage.Devices;
using Gateway.TestKit;

namespace Gateway.Storage.Tests.Kit;

/// <summary>A suite that holds for every database: it is written once, and a class per database says where it runs.</summary>
public abstract class StorageTests(ITestDatabases databases) : IAsyncLifetime
{
    private readonly List<GatewayStore> replicas = [];

    internal ManualTimeProvider Time { get; } = new();

    internal DateTimeOffset Now => Time.GetUtcNow();

    internal TestDatabase Database { get; private set; } = null!;

    /// <summary>The store of the first replica, migrated.</summary>
    internal GatewayStore Store { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await databases.CreateAsync();
        Store = Replica();
        await Store.Startup.MigrateAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas) await replica.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another replica over the same database.</summary>
    internal GatewayStore Replica(Action<StorageOptions>? configure = null)
    {
        var replica = new GatewayStore(Time, options =>
        {
            Database.Configure(options);
            configure?.Invoke(options);
        });
        replicas.Add(replica);
        return replica;
    }

    /// <summary>Provisions a device whose code is <c>code</c>, good for a day.</summary>
    internal async Task ProvisionAsync(string id, string customer = "alice", string? name = null, string code = "code")
    {
        var device = new NewDevice(id, customer, name, null, code, Now.AddDays(1));
        Assert.Equal(ProvisionOutcome.Created, await Store.Devices.ProvisionAsync(device, Now, Token));
    }

    /// <summary>Provisions and registers a device whose secret is <c>secret</c>.</summary>
    internal async Task RegisterAsync(string id, string customer = "alice", string? name = null)
    {
        await ProvisionAsync(id, customer, name);
        var registration = await Store.Devices.RegisterAsync(new(id, "code", "secret", null, null), Now, Token);
        Assert.Equal(RegistrationOutcome.Registered, registration.Outcome);
    }
}
