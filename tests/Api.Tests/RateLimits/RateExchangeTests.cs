using Gateway.Api.Tests.Channels;
using Gateway.TestKit;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>Replicas that count by themselves and tell each other.</summary>
public sealed class RateExchangeTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider time = new();
    private readonly FakeRateCounts store = new();
    private readonly List<CountingReplica> replicas = [];

    public void Dispose() => replicas.ForEach(replica => replica.Dispose());

    [Fact]
    public async Task Limit_UsedUpAtOneReplica_HoldsAtTheOtherOnceItHasAsked()
    {
        var (one, other) = (Replica(limit: 100), Replica(limit: 100));
        for (var i = 0; i < 60; i++) Assert.True(one.Admits("pi-1"));
        for (var i = 0; i < 30; i++) Assert.True(other.Admits("pi-1"));
        await ExchangeAsync(one, other);

        // The one asked before the other had told: it hears with its next request.
        Assert.True(one.Admits("pi-1"));
        await ExchangeAsync(one);
        Assert.Equal(91, one.Shared.Read("pi-1").Count);
        for (var i = 92; i <= 100; i++) Assert.True(one.Admits("pi-1"));
        Assert.False(one.Admits("pi-1"));
        Assert.True(other.Admits("pi-2"));
    }

    [Fact]
    public async Task Parties_WhoAreFarFromTheirLimit_AreNotTold()
    {
        var (one, other) = (Replica(limit: 100), Replica(limit: 5));
        for (var i = 0; i < 10; i++) one.Admits("pi-1");
        other.Admits("pi-1");
        await ExchangeAsync(one, other);
        Assert.Equal(0, store.Calls);

        // Then with all that was not told before.
        one.Admits("pi-1");
        one.Admits("pi-2");
        await ExchangeAsync(one);
        Assert.Equal(["pi-1"], store.Parties);
        Assert.Equal(1, store.Calls);
        for (var i = 0; i < 11; i++) other.Admits("pi-1");
        await ExchangeAsync(other);
        Assert.Equal(23, other.Shared.Read("pi-1").Count);

        // Nothing new: nothing to ask.
        await ExchangeAsync(one, other);
        Assert.Equal(2, store.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Overshoot_OfManyReplicas_StaysWithinItsBound(int seed)
    {
        const int limit = 50;
        var random = new Random(seed);
        var admitted = 0;
        var sinceAsked = Enumerable.Range(0, 4).Select(_ => 0).ToArray();
        for (var i = 0; i < 4; i++) Replica(limit);
        var most = new int[4];
        for (var step = 0; step < 4_000; step++)
        {
            var i = random.Next(4);
            if (random.Next(12) == 0)
            {
                await ExchangeAsync(replicas[i]);
                sinceAsked[i] = 0;
            }
            else if (replicas[i].Admits("pi-1"))
            {
                admitted++;
                most[i] = Math.Max(most[i], ++sinceAsked[i]);
            }
        }

        // For each replica a tenth that it need not tell, and what it let in between two exchanges.
        Assert.InRange(admitted, limit, limit + most.Sum(between => between + (limit / 10)));
        Assert.InRange(admitted, limit, 4 * limit);
        foreach (var replica in replicas) Assert.False(replica.Admits("pi-1"));
    }

    [Fact]
    public async Task WhatIsTakenBack_IsTakenBackEverywhere()
    {
        var (one, other) = (Replica(limit: 10), Replica(limit: 10));
        for (var i = 0; i < 10; i++) one.Shared.Add("pi-1");
        await ExchangeAsync(one);
        for (var i = 0; i < 9; i++) one.Shared.TakeBack("pi-1");
        await ExchangeAsync(one);
        for (var i = 0; i < 2; i++) other.Shared.Add("pi-1");
        await ExchangeAsync(other);
        Assert.Equal(3, other.Shared.Read("pi-1").Count);
    }

    [Fact]
    public async Task WhatIsTakenBackAtOnce_CostsNothing()
    {
        var one = Replica(limit: 10);
        for (var i = 0; i < 5; i++) one.Shared.Add("pi-1");
        for (var i = 0; i < 5; i++) one.Shared.TakeBack("pi-1");
        await ExchangeAsync(one);
        Assert.Equal(0, store.Calls);
    }

    [Fact]
    public async Task StoreAway_LimitsGoOnPerReplica_AndWhatWasCountedIsToldLater()
    {
        var (one, other) = (Replica(limit: 5), Replica(limit: 5));
        store.IsDown = true;
        for (var round = 0; round < 4; round++)
        {
            Assert.True(one.Admits("pi-1"));
            await ExchangeAsync(one);
        }

        Assert.True(one.Admits("pi-1"));
        Assert.False(one.Admits("pi-1"));
        Assert.Equal(1, one.Log.Count(3310));
        store.IsDown = false;
        await ExchangeAsync(one);
        Assert.Equal(1, one.Log.Count(3311));
        other.Admits("pi-1");
        other.Admits("pi-1");
        await ExchangeAsync(other);
        Assert.False(other.Admits("pi-1"));
    }

    [Fact]
    public async Task WindowThatEndsDuringAnExchange_LeavesNothingInTheNext()
    {
        var one = Replica(limit: 5);
        var hold = new TaskCompletionSource();
        for (var i = 0; i < 6; i++) one.Admits("pi-1");
        store.Hold = hold.Task;
        var exchange = one.ExchangeAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(one.Admits("pi-1"));
        store.IsDown = true;
        hold.SetResult();
        await exchange;
        store.IsDown = false;
        var calls = store.Calls;
        await ExchangeAsync(one);
        Assert.Equal(calls, store.Calls);
        Assert.Equal(1, one.Shared.Read("pi-1").Count);
    }

    [Theory]
    [InlineData("käufer 🍳")]
    [InlineData("with a \0")]
    [InlineData("half \ud83c a pair")]
    [InlineData(200)]
    public async Task UnusualParties_AreSharedUnderAnotherName(object named)
    {
        var party = named as string ?? new string('x', (int)named);
        var (one, other) = (Replica(limit: 5), Replica(limit: 5));
        for (var i = 0; i < 3; i++) one.Admits(party);
        for (var i = 0; i < 2; i++) other.Admits(party);
        await ExchangeAsync(one, other);
        Assert.Equal(5, other.Shared.Read(party).Count);
        Assert.All(store.Parties, name => Assert.Matches("^#[A-Za-z0-9_-]{43}$", name));
    }

    [Fact]
    public async Task Loop_ExchangesOnceASecond()
    {
        var one = Replica(limit: 5);
        await one.StartAsync();
        await Wait.UntilAsync("the timer", () => time.ArmedTimers == 1);
        for (var i = 0; i < 3; i++) one.Admits("pi-1");
        time.Advance(Second / 2);
        Assert.Equal(0, store.Calls);
        time.Advance(Second / 2);
        await Wait.UntilAsync("an exchange", () => store.Calls == 1);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "00:00:00")]
    public async Task WhereNobodyElseCounts_NothingIsTold(bool isShared, string? shareEvery)
    {
        var alone = new FakeRateCounts { IsShared = isShared };
        using var one = new CountingReplica(alone, time, 5, shareEvery is null ? null : TimeSpan.Parse(shareEvery, null));
        await one.RunAsync();
        for (var i = 0; i < 9; i++) one.Admits("pi-1");
        await one.ExchangeAsync();
        Assert.Equal(0, alone.Calls);
    }

    private CountingReplica Replica(int limit)
    {
        replicas.Add(new CountingReplica(store, time, limit));
        return replicas[^1];
    }

    private static async Task ExchangeAsync(params CountingReplica[] inTurn)
    {
        foreach (var replica in inTurn) await replica.ExchangeAsync();
    }
}
