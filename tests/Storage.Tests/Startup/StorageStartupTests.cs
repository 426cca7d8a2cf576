using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Startup;

public abstract class StorageStartupTests(ITestDatabases databases) : IAsyncLifetime
{
    private readonly List<GatewayStore> replicas = [];
    private TestDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => database = await databases.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas) await replica.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Migrate_ReplicasThatStartAtOnce_AllSucceed()
    {
        var starting = Enumerable.Range(0, 4).Select(_ => Replica()).ToList();

        await Task.WhenAll(starting.Select(replica => Task.Run(() => replica.Startup.MigrateAsync(Token))));

        foreach (var replica in starting) Assert.Null(await replica.Devices.FindAsync("pi-1", Token));
    }

    [Fact]
    public async Task Migrate_DatabaseOfBefore_KeepsItsData()
    {
        var before = Replica();
        await before.Startup.MigrateAsync(Token);
        await before.Devices.ProvisionAsync(new("pi-1", "alice", null, null, "code", DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, Token);
        await before.DisposeAsync();
        replicas.Clear();

        var after = Replica();
        await after.Startup.MigrateAsync(Token);

        Assert.NotNull(await after.Devices.FindAsync("pi-1", Token));
    }

    /// <summary>As an old replica that is started anew while a new version is rolled out.</summary>
    [Fact]
    public async Task Migrate_DatabaseOfANewerProgramThatOnlyAdded_GoesOn()
    {
        await Replica().Startup.MigrateAsync(Token);
        await database.ExecuteAsync("insert into schema_migrations values (99, 'future', 'x', 0)");

        await Replica().Startup.MigrateAsync(Token);
        await Replica().Startup.WaitAsync(Token);
    }

    [Fact]
    public async Task Wait_SomebodyElseMigrates_EndsWithTheSchemaThere_AndMakesNothingItself()
    {
        var (waiting, migrating) = (Replica(), Replica());
        await migrating.Startup.MigrateAsync(Token);
        await database.ExecuteAsync("delete from schema_migrations where version = (select max(version) from schema_migrations)");

        var wait = waiting.Startup.WaitAsync(Token);
        Assert.False(wait.IsCompleted);
        await database.ExecuteAsync("insert into schema_migrations values (99, 'future', 'x', 0)");

        await wait.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Migrate_DatabaseOfANewerProgramThatBrokeWithThisOne_SaysSo()
    {
        await Replica().Startup.MigrateAsync(Token);
        await database.ExecuteAsync("insert into schema_migrations values (99, 'breaking_future', 'x', 0)");

        var e = await Assert.ThrowsAsync<StorageStartException>(() => Replica().Startup.MigrateAsync(Token));

        Assert.Contains("has schema 99", e.Message, StringComparison.Ordinal);
        Assert.Contains("newer version of Gateway", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_DatabaseMadeByOtherStatements_SaysWhich()
    {
        await Replica().Startup.MigrateAsync(Token);
        await database.ExecuteAsync("update schema_migrations set checksum = 'other' where version = 1");

        var e = await Assert.ThrowsAsync<StorageStartException>(() => Replica().Startup.MigrateAsync(Token));

        Assert.Contains("another migration 1 (initial)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsHealthy_StoreThatAnswers_IsTrue()
    {
        var replica = Replica();
        await replica.Startup.MigrateAsync(Token);

        Assert.True(await replica.Health.IsHealthyAsync(Token));
    }

    private GatewayStore Replica()
    {
        var replica = new GatewayStore(TimeProvider.System, database.Configure);
        replicas.Add(replica);
        return replica;
    }
}

public sealed class StorageStartupOnSqlite() : StorageStartupTests(SqliteDatabases.Instance);

public sealed class StorageStartupOnPostgres(PostgresDatabases postgres) : StorageStartupTests(postgres);
