using Gateway.Core.Commands;
using Gateway.Storage.History;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.History;

public abstract class SweepQueriesTests(ITestDatabases databases) : StorageTests(databases)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Overdue_ClaimsExpiriesAndSessionsThatPassed_AreTheOldestFirst()
    {
        await Store.History.WriteAsync(
            [
                Run("claim", Enqueued(1, 1), Claimed(2, 1, At + 3_000), Enqueued(3, 2), Claimed(4, 2, At + 9_000)),
                Run("expiry", Enqueued(1, 1, Definition() with { ExpiresAt = At + 1_000 })),
                Run("session", SessionOpened(1, "sess_1", At + 2_000)),
                Run("later", Enqueued(1, 1), Claimed(2, 1, At + 600_000)),
            ],
            Token);

        Assert.Empty(await Store.Sweep.OverdueAsync(Now.AddSeconds(1) + Grace, Grace, 10, Token));
        Assert.Equal(
            [new OverdueDevice("expiry", At + 1_000), new("session", At + 2_000), new("claim", At + 3_000)],
            await Store.Sweep.OverdueAsync(Now.AddSeconds(10) + Grace, Grace, 10, Token));
        Assert.Equal(
            [new OverdueDevice("expiry", At + 1_000)], await Store.Sweep.OverdueAsync(Now.AddSeconds(10) + Grace, Grace, 1, Token));
    }

    [Fact]
    public async Task Overdue_WhatHasEnded_IsDueNoMore()
    {
        await Store.History.WriteAsync(
            [
                Run("claim", Enqueued(1, 1), Claimed(2, 1, At + 1_000), Ended(3, 1, CommandState.Completed, Result("done"))),
                Run("expiry", Enqueued(1, 1, Definition() with { ExpiresAt = At + 1_000 }), Ended(2, 1, CommandState.Expired)),
                Run("session", SessionOpened(1, "sess_1", At + 1_000), SessionEnded(2, "sess_1", "closed", At, "customer:alice")),
            ],
            Token);

        Assert.Empty(await Store.Sweep.OverdueAsync(Now.AddDays(365), TimeSpan.Zero, 10, Token));
    }

    [Fact]
    public async Task Overdue_ClaimedCommandPastItsExpiry_IsDueWhenItsClaimEnds()
    {
        await Store.History.WriteAsync(
            [Run("pi-1", Enqueued(1, 1, Definition() with { ExpiresAt = At + 1_000 }), Claimed(2, 1, At + 60_000))], Token);

        Assert.Empty(await Store.Sweep.OverdueAsync(Now.AddSeconds(30), TimeSpan.Zero, 10, Token));
        Assert.Single(await Store.Sweep.OverdueAsync(Now.AddSeconds(61), TimeSpan.Zero, 10, Token));
    }

    [Fact]
    public async Task DevicesPage_FromPageToPage_GoesOverAllInOrdinalOrder()
    {
        string[] ids = ["B", "a", "a-1", "a.b", "a_b", "b", "Z9", "10", "9"];
        foreach (var id in ids) await ProvisionAsync(id);

        var seen = new List<string>();
        IReadOnlyList<string> page;
        do
        {
            page = await Store.Sweep.DevicesPageAsync(seen.LastOrDefault(), 2, Token);
            seen.AddRange(page);
        }
        while (page.Count > 0);

        Assert.Equal(ids.Order(StringComparer.Ordinal), seen);
    }
}

public sealed class SweepQueriesOnSqlite() : SweepQueriesTests(SqliteDatabases.Instance);

public sealed class SweepQueriesOnPostgres(PostgresDatabases postgres) : SweepQueriesTests(postgres);
