using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests;

/// <summary>Claims that wait.</summary>
public sealed class LongPollTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task LongPoll_EnqueueOnThisReplica_WakesIt()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_EnqueueOnAnotherReplica_TellsItsReplicaAlone()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var other = new QueueReplica(store, history, time, "r2");
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => store.Head("d").Interests.Length == 1 && time.ArmedTimers > 0);

        await other.EnqueueAsync("d", QueueReplica.Command());

        await Eventually.UntilAsync(() => other.Wakes.Published.Count > 0);
        Assert.Equal(("r1", "d"), Assert.Single(other.Wakes.Published));
        replica.Queue.Look("d");
        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_NoticesDoubledAndForNothing_WaitsOnAndClaimsOnce()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var other = new QueueReplica(store, history, time, "r2");
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(5), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        for (var i = 0; i < 5; i++)
        {
            var loads = store.Calls.Count;
            await Eventually.UntilAsync(() => time.ArmedTimers > 0);
            replica.Queue.Look("d");
            replica.Queue.Look("d");
            await Eventually.UntilAsync(() => store.Calls.Count > loads);
        }

        Assert.False(poll.IsCompleted);
        await other.EnqueueAsync("d", QueueReplica.Command());
        for (var i = 0; i < 5; i++) replica.Queue.Look("d");

        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
        Assert.Single(store.Head("d").Claimed);
    }

    [Fact]
    public async Task LongPoll_NoticeOvertakesItsCommandAndNoOtherComes_FindsItByItself()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var other = new QueueReplica(store, history, time, "r2");
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);
        var calls = store.Calls.Count;
        replica.Queue.Look("d");
        await Eventually.UntilAsync(() => store.Calls.Count > calls && time.ArmedTimers > 0);
        await other.EnqueueAsync("d", QueueReplica.Command());

        // Only the poll waits, for its next look.
        await Eventually.UntilAsync(() => time.ArmedTimers == 1);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_WorkComesBetweenItsLookAndItsWait_IsNotMissed()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var came = false;
        store.After = call =>
        {
            // The poll has just noted that it waits; its answer is not back yet.
            if (call != "save" || came || store.Head("d").Interests.Length == 0) return;
            came = true;
            store.CommitByOther("d", QueueReplica.Command(), time.GetUtcNow());
            replica.Queue.Look("d");
        };

        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_NothingComes_AnswersEmptyAfterItsTime()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        while (!poll.IsCompleted)
        {
            await Eventually.UntilAsync(() => poll.IsCompleted || time.ArmedTimers > 0);
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Empty((await poll).Commands);
    }

    [Fact]
    public async Task LongPoll_ProgramStops_AnswersAtOnce()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);

        replica.StopApplication();

        Assert.Empty((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_ManyOtherDevicesMeanwhile_IsStillWoken()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time, configure: options => options.CachedHeads = 1);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);
        var cell = replica.Queue.CellOf("d");
        for (var i = 0; i < 50; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await replica.Queue.FlushAsync($"other-{i}", TestContext.Current.CancellationToken);
        }

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Same(cell, replica.Queue.CellOf("d"));
        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_CallerGoesWhileItsClaimIsSaved_IsAnsweredAllTheSame()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        using var caller = new CancellationTokenSource();
        store.Before = _ => caller.Cancel();

        var outcome = await replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), caller.Token);

        Assert.Single(outcome.Commands);
    }

    [Fact]
    public async Task LongPoll_CallerGoesWhileItWaits_ClaimsNothing()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        using var caller = new CancellationTokenSource();
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), caller.Token);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        Assert.Equal(1, store.Head("d").Waiting);
    }
}
