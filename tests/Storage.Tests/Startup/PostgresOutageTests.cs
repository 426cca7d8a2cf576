using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Startup;

/// <summary>A Postgres that is away, silent, or comes back.</summary>
public sealed class PostgresOutageTests : IAsyncDisposable
{
    private readonly List<GatewayStore> stores = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task EveryCall_WhileTheServerIsAway_IsUnavailableAndWorksAgainAfterwards()
    {
        await using var postgres = await PostgresServer.StartAsync(Token);
        var store = Open(await postgres.CreateDatabaseAsync(Token));
        await store.Startup.MigrateAsync(Token);
        await store.Devices.ProvisionAsync(new("pi-1", "alice", null, null, "code", DateTimeOffset.MaxValue), DateTimeOffset.UnixEpoch, Token);

        await postgres.KillAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Devices.FindAsync("pi-1", Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], Token));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => store.Presence.WriteHeartbeatsAsync([new("pi-1", DateTimeOffset.UnixEpoch, "online", null, null)], Token));
        Assert.False(await store.Health.IsHealthyAsync(Token));

        await postgres.StartAgainAsync(Token);

        Assert.NotNull(await store.Devices.FindAsync("pi-1", Token));
        await store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], Token);
        Assert.True(await store.Health.IsHealthyAsync(Token));
    }

    [Fact]
    public async Task ReadsAndHistory_AfterTheServerStartedAnew_NoticeNothing()
    {
        await using var postgres = await PostgresServer.StartAsync(Token);
        var store = Open(await postgres.CreateDatabaseAsync(Token));
        await store.Startup.MigrateAsync(Token);
        // Several pooled connections, all of which break.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => store.Devices.FindAsync("pi-" + i, Token)));

        await postgres.KillAsync();
        await postgres.StartAgainAsync(Token);

        await store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], Token);
        Assert.NotNull(await store.History.FindAsync("pi-1", CommandId(1), Token));
    }

    [Fact]
    public async Task IsHealthy_ServerThatIsSilent_IsFalseAfterTwoSeconds()
    {
        using var server = new SilentServer();
        var time = new ManualTimeProvider();
        var store = Open(server.ConnectionString, time);

        var asking = store.Health.IsHealthyAsync(Token);
        Assert.False(asking.IsCompleted);
        time.Advance(IStorageHealth.Limit);

        Assert.False(await asking.WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task IsHealthy_CallerGivesUp_IsCancelled()
    {
        using var server = new SilentServer();
        using var caller = new CancellationTokenSource();

        var asking = Open(server.ConnectionString).Health.IsHealthyAsync(caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Migrate_NobodyListens_NamesTheServerAndNotThePassword()
    {
        var store = Open("Host=127.0.0.1;Port=1;Username=gateway;Password=hush;Database=fleet");

        var e = await Assert.ThrowsAsync<StorageStartException>(() => store.Startup.MigrateAsync(Token));

        Assert.StartsWith("Postgres at 127.0.0.1:1, database fleet (ConnectionStrings:Gateway), cannot be used: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task EveryCall_HostThatHasNoAddress_IsUnavailable()
    {
        // RFC 2606 keeps .invalid free of names.
        var store = Open("Host=db.invalid;Username=gateway;Password=hush;Database=fleet");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Devices.FindAsync("pi-1", Token));
        Assert.False(await store.Health.IsHealthyAsync(Token));
        var e = await Assert.ThrowsAsync<StorageStartException>(() => store.Startup.MigrateAsync(Token));
        Assert.StartsWith("Postgres at db.invalid:5432, database fleet (ConnectionStrings:Gateway), cannot be used: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hots=127.0.0.1;Password=hush")]
    [InlineData("hush")]
    public void Open_ConnectionStringThatIsNone_SaysWhichSettingWithoutItsText(string connectionString)
    {
        var e = Assert.Throws<StorageStartException>(() => Open(connectionString).Startup);

        Assert.StartsWith("ConnectionStrings:Gateway is no Postgres connection string", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", e.Message, StringComparison.Ordinal);
    }

    private GatewayStore Open(string connectionString, TimeProvider? time = null)
    {
        var store = new GatewayStore(time ?? TimeProvider.System, options => options.ConnectionString = connectionString);
        stores.Add(store);
        return store;
    }
}
