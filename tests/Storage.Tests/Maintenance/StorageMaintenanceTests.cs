using Gateway.Core.Commands;
using Gateway.Storage.Audit;
using Gateway.Storage.Maintenance;
using Gateway.Storage.Output;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Maintenance;

public abstract class StorageMaintenanceTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Run_WithinTheRetention_DeletesNothing()
    {
        await WriteHistoryAsync();
        Time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(new MaintenanceReport(0, 0, 0, 0, 0, 0, 0), await Store.Maintenance.RunAsync(Token));
    }

    [Fact]
    public async Task Run_PastTheRetention_DeletesWhatHasEndedAndKeepsTheLastEvent()
    {
        await WriteHistoryAsync();
        Time.Advance(TimeSpan.FromDays(30) + TimeSpan.FromMilliseconds(1));

        Assert.Equal(new MaintenanceReport(Events: 4, Commands: 1, OutputChunks: 2, Sessions: 1, AuditEntries: 0, Emergencies: 0, Tokens: 0), await Store.Maintenance.RunAsync(Token));

        Assert.Null(await Store.History.FindAsync("pi-1", CommandId(1), Token));
        Assert.Null(await Store.Output.FindEndAsync("pi-1", CommandId(1), 1, Token));
        Assert.NotNull(await Store.Output.FindEndAsync("pi-1", CommandId(2), 1, Token));
        Assert.Null(await Store.Sessions.FindSessionAsync("sess_1", Token));
        Assert.Equal(CommandState.Queued, (await Store.History.FindAsync("pi-1", CommandId(2), Token))!.State);
        Assert.Equal(5, (await Store.Reader.LastSeqAsync(["pi-1"], Token))["pi-1"]);
        Assert.Equal(new MaintenanceReport(0, 0, 0, 0, 0, 0, 0), await Store.Maintenance.RunAsync(Token));
    }

    [Fact]
    public async Task Run_MoreThanABatch_DeletesAll()
    {
        var count = StorageMaintenance.BatchSize * 2 + 5;
        await Store.History.WriteAsync([new EventScript("pi-1", seed: 1).Grow(count).Run(1, count)], Token);
        Time.Set(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000).AddDays(40));

        Assert.Equal(count - 1, (await Store.Maintenance.RunAsync(Token)).Events);
        Assert.Equal(count, (await Store.Reader.LastSeqAsync(["pi-1"], Token))["pi-1"]);
    }

    [Fact]
    public async Task Run_FromReplicasAtOnce_DeletesAll()
    {
        await Store.History.WriteAsync([.. Enumerable.Range(1, 30).Select(i => new EventScript("pi-" + i, i).Grow(100).Run(1, 100))], Token);
        Time.Set(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000).AddDays(40));
        var replicas = new[] { Store, Replica() };

        var reports = await Task.WhenAll(replicas.Select(replica => Task.Run(() => replica.Maintenance.RunAsync(Token))));

        Assert.Equal(30 * 99, reports.Sum(report => report.Events));
    }

    [Fact]
    public async Task Run_ExpiredTokens_AreDeletedAndTheOthersStay()
    {
        await RegisterAsync("pi-1");
        await Store.Credentials.AddTokenAsync("short", "pi-1", "secret", Now.AddHours(1), Token);
        await Store.Credentials.AddTokenAsync("long", "pi-1", "secret", Now.AddHours(3), Token);
        Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, (await Store.Maintenance.RunAsync(Token)).Tokens);

        Assert.Null(await Store.Credentials.FindTokenAsync("short", Token));
        Assert.NotNull(await Store.Credentials.FindTokenAsync("long", Token));
    }

    [Fact]
    public async Task Run_AuditEntries_AreKeptForTheirOwnRetention()
    {
        await Store.Audit.AppendAsync(new AuditEntry { At = Now, Actor = "a", Action = "b" }, Token);
        Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal(0, (await Store.Maintenance.RunAsync(Token)).AuditEntries);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, (await Store.Maintenance.RunAsync(Token)).AuditEntries);
        Assert.Empty(await Store.Audit.ListAsync(null, 10, Token));
    }

    /// <summary>A session and a command that have ended, and a command that waits; both have printed something.</summary>
    private async Task WriteHistoryAsync()
    {
        await Store.Output.WriteAsync([Chunk(1, 0), Chunk(1, 1), Chunk(2, 0)], Token);
        await WriteEventsAsync();
    }

    private static OutputChunkRow Chunk(int command, int chunk) =>
        new("pi-1", CommandId(command), 1, chunk, chunk, chunk + 1, "x", DateTimeOffset.FromUnixTimeMilliseconds(At));

    private Task WriteEventsAsync() => Store.History.WriteAsync(
        [
            Run("pi-1",
                SessionOpened(1, "sess_1", At + 3_600_000), Enqueued(2, 1, Definition() with { SessionId = "sess_1" }),
                Ended(3, 1, CommandState.Cancelled), SessionEnded(4, "sess_1", "closed", At, "customer:alice"), Enqueued(5, 2)),
        ],
        Token);
}

public sealed class StorageMaintenanceOnSqlite() : StorageMaintenanceTests(SqliteDatabases.Instance);

public sealed class StorageMaintenanceOnPostgres(PostgresDatabases postgres) : StorageMaintenanceTests(postgres);
