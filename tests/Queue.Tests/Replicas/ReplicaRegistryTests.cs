using Gateway.Core.Queue;
using Gateway.Queue.Replicas;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Tests.Replicas;

public sealed class ReplicaRegistryTests
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeReplicaStore store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Self_FirstSignOfLife_IsGivenByThen()
    {
        var registry = New("r1");
        var waiting = registry.SelfAsync(Token);
        Assert.False(waiting.IsCompleted);
        Assert.Null(registry.Self);

        await registry.RenewAsync(Token);

        Assert.Equal(new ReplicaBoot("r1", time.GetUtcNow().ToUnixTimeMilliseconds()), await waiting);
        Assert.Equal(registry.Self!.Boot, store.Find("r1")!.Boot);
    }

    [Fact]
    public async Task Boot_ClockWentBackSinceTheEarlierRun_IsLargerAllTheSame()
    {
        var earlier = New("r1");
        await earlier.RenewAsync(Token);
        time.Set(time.GetUtcNow() - TimeSpan.FromHours(1));
        var later = New("r1");

        await later.RenewAsync(Token);

        Assert.Equal(earlier.Self!.Boot + 1, later.Self!.Boot);
    }

    [Fact]
    public async Task Renew_ByARunThatWasReplaced_LeavesTheNewerOnes()
    {
        var earlier = New("r1");
        await earlier.RenewAsync(Token);
        time.Advance(TimeSpan.FromSeconds(1));
        var later = New("r1");
        await later.RenewAsync(Token);

        await earlier.RenewAsync(Token);

        Assert.Equal(later.Self!.Boot, store.Find("r1")!.Boot);
        Assert.Equal([earlier.Self!], await New("r2").FindGoneAsync([earlier.Self!, later.Self], Token));
    }

    [Theory]
    [InlineData(14, false)]
    [InlineData(16, true)]
    public async Task FindGone_NoSignOfLifeForAWhile_IsGoneAfterFifteenSeconds(int seconds, bool isGone)
    {
        var other = New("r1");
        await other.RenewAsync(Token);
        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isGone, (await New("r2").FindGoneAsync([other.Self!], Token)).Count == 1);
    }

    [Fact]
    public async Task FindGone_NoDocument_IsGone()
    {
        var named = new ReplicaBoot("r1", 1);

        Assert.Equal([named], await New("r2").FindGoneAsync([named], Token));
    }

    [Fact]
    public async Task FindGone_StoreCannotBeRead_CountsAsAlive()
    {
        var registry = New("r2");
        store.Error = new IOException("down");

        Assert.Empty(await registry.FindGoneAsync([new ReplicaBoot("r1", 1)], Token));
    }

    [Fact]
    public async Task FindGone_Itself_IsNeverAskedFor()
    {
        var registry = New("r1");
        await registry.RenewAsync(Token);
        var asked = store.Loads.Count;
        time.Advance(TimeSpan.FromHours(1));
        var earlier = registry.Self! with { Boot = registry.Self.Boot - 1 };

        Assert.Equal([earlier], await registry.FindGoneAsync([registry.Self, earlier], Token));
        Assert.Equal(asked, store.Loads.Count);
    }

    [Fact]
    public async Task FindGone_ManyTimes_ReadsOnceInFiveSeconds()
    {
        var other = New("r1");
        await other.RenewAsync(Token);
        var registry = New("r2");
        var before = store.Loads.Count;

        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => registry.FindGoneAsync([other.Self!], Token).AsTask()));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, store.Loads.Count - before);
    }

    [Fact]
    public async Task FindGone_RestartedWithinTheCachedTime_IsAlive()
    {
        var named = new ReplicaBoot("r1", 1);
        var registry = New("r2");
        Assert.Single(await registry.FindGoneAsync([named], Token));
        var restarted = New("r1");
        await restarted.RenewAsync(Token);

        Assert.Empty(await registry.FindGoneAsync([restarted.Self!], Token));
    }

    [Fact]
    public async Task Run_StoreFailsAtFirst_TriesAgainAndThenEveryFiveSeconds()
    {
        store.Error = new IOException("not up yet");
        using var registry = New("r1");
        await registry.StartAsync(Token);
        await Eventually.UntilAsync(() => store.Loads.Count == 1 && time.ArmedTimers == 1);
        store.Error = null;

        time.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.UntilAsync(() => registry.Self is not null && time.ArmedTimers == 1);
        time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.UntilAsync(() => store.Find("r1")!.RenewedAt == time.GetUtcNow().ToUnixTimeMilliseconds());

        await registry.StopAsync(Token);
    }

    private ReplicaRegistry New(string id) =>
        new(store, time, Options.Create(new QueueOptions { ReplicaId = id }), NullLogger<ReplicaRegistry>.Instance);
}
