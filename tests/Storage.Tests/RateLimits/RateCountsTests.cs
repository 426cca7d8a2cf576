using Gateway.Storage.RateLimits;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.RateLimits;

public abstract class RateCountsTests(ITestDatabases databases) : StorageTests(databases)
{
    private static readonly DateTimeOffset Ends = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);

    [Fact]
    public async Task Add_OfTwoReplicas_AnswersWhatBothHaveCounted()
    {
        var other = Replica().RateCounts;
        Assert.Equal([Of("pi-1", 7), Of("pi-2", 1)], await AddAsync(Store.RateCounts, Of("pi-1", 7), Of("pi-2", 1)));
        Assert.Equal([Of("pi-1", 10), Of("pi-3", 2)], await AddAsync(other, Of("pi-3", 2), Of("pi-1", 3)));
        Assert.Equal([Of("pi-1", 8)], await AddAsync(Store.RateCounts, Of("pi-1", -2)));
        Assert.Empty(await Store.RateCounts.AddAsync([], Token));
    }

    [Fact]
    public async Task Add_OtherRuleOrWindow_CountsApart()
    {
        RateCount[] all = [Of("pi-1", 1), Of("pi-1", 2) with { Rule = "customer" }, Of("pi-1", 4) with { WindowEnds = Ends.AddMinutes(1) }];
        Assert.Equal(all.OrderBy(one => one.Count), (await Store.RateCounts.AddAsync(all, Token)).OrderBy(one => one.Count));
    }

    [Fact]
    public async Task Add_FromManyReplicasAtOnce_LosesNoneAndGivesEachItsOwnCount()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => Replica().RateCounts).ToArray();
        string[] parties = ["a", "b", "c", "d", "e", "f"];
        var totals = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(
            async () => await stores[i % 4].AddAsync([.. (i % 2 == 0 ? parties : parties.Reverse()).Select(party => Of(party, 1))], Token))));
        foreach (var party in parties)
        {
            Assert.Equal(
                Enumerable.Range(1, 80).Select(i => (long)i),
                totals.Select(answer => answer.Single(total => total.Party == party).Count).Order());
        }
    }

    [Fact]
    public async Task Add_AMinuteLater_DeletesWhatHasEnded()
    {
        await AddAsync(Store.RateCounts, Of("pi-1", 1), Of("pi-2", 1) with { WindowEnds = Ends.AddHours(1) });
        Time.Advance(TimeSpan.FromMinutes(2.5));
        await AddAsync(Store.RateCounts, Of("pi-3", 1));

        // What is gone begins anew, what has not ended goes on.
        Assert.Equal(1, (await AddAsync(Store.RateCounts, Of("pi-1", 1))).Single().Count);
        Assert.Equal(2, (await AddAsync(Store.RateCounts, Of("pi-2", 1) with { WindowEnds = Ends.AddHours(1) })).Single().Count);
    }

    private static RateCount Of(string party, long count) => new("device", party, Ends, count);

    private static async Task<List<RateCount>> AddAsync(IRateCounts store, params RateCount[] counts) =>
        [.. (await store.AddAsync(counts, Token)).OrderBy(total => total.Party, StringComparer.Ordinal)];
}

public sealed class RateCountsOnSqlite() : RateCountsTests(SqliteDatabases.Instance)
{
    [Fact]
    public void IsShared_File_BelongsToOneProcess() => Assert.False(Store.RateCounts.IsShared);
}

public sealed class RateCountsOnPostgres(PostgresDatabases postgres) : RateCountsTests(postgres)
{
    [Fact]
    public void IsShared_Server_IsForMany() => Assert.True(Store.RateCounts.IsShared);
}
