using Gateway.Sidecar.Actors.Turns;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-features-concepts/#turn-based-access
public sealed class TurnQueueTests
{
    private readonly TurnQueue turns = new(reentrant: false, maxStackDepth: 32);

    [Fact]
    public async Task Enter_WhileATurnRuns_WaitsInOrder()
    {
        Turn first = (await turns.EnterAsync(null, default))!;
        Task<Turn?> second = turns.EnterAsync(null, default).AsTask();
        Task<Turn?> third = turns.EnterAsync(null, default).AsTask();

        first.Dispose();
        Turn next = (await second)!;
        Assert.False(third.IsCompleted);
        next.Dispose();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task Enter_ManyAtOnce_NeverRunsTwo()
    {
        int running = 0;
        int most = 0;
        await Parallel.ForAsync(0, 500, async (_, _) =>
        {
            using Turn? turn = await turns.EnterAsync(null, default);
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        });
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesTheQueue()
    {
        Turn first = (await turns.EnterAsync(null, default))!;
        using var giveUp = new CancellationTokenSource();
        Task<Turn?> second = turns.EnterAsync(null, giveUp.Token).AsTask();
        Task<Turn?> third = turns.EnterAsync(null, default).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task Cut_RunningTurn_CancelsItAndGoesBeforeAllThatWait()
    {
        Turn first = (await turns.EnterAsync(null, default))!;
        Task<Turn?> waiting = turns.EnterAsync(null, default).AsTask();
        Turn cut = turns.Cut(() => true)!;

        Assert.True(first.Cancelled.IsCancellationRequested);
        first.Dispose();
        Assert.False(waiting.IsCompleted);
        cut.Dispose();
        Assert.NotNull(await waiting);
    }

    [Fact]
    public async Task TryBegin_TurnThatWasCutBefore_IsRefused()
    {
        Turn first = (await turns.EnterAsync(null, default))!;
        using Turn? cut = turns.Cut(() => true);
        Assert.False(turns.TryNote(first, () => Assert.Fail("it does not begin")));
    }

    [Fact]
    public async Task Retire_WithSomebodyWaiting_HandsOnInstead()
    {
        Turn last = turns.Cut(() => true)!;
        Task<Turn?> waiting = turns.EnterAsync(null, default).AsTask();
        Assert.False(turns.Retire(last));
        Turn next = (await waiting)!;
        Assert.True(turns.Retire(next));
        Assert.Null(await turns.EnterAsync(null, default));
    }

    [Fact]
    public async Task Enter_SameReentrancyId_NestsUpToTheDepth()
    {
        var reentrant = new TurnQueue(reentrant: true, maxStackDepth: 3);
        Turn outer = (await reentrant.EnterAsync("x", default))!;
        Assert.Same(outer, await reentrant.EnterAsync("x", default));
        Assert.Same(outer, await reentrant.EnterAsync("x", default));
        await Assert.ThrowsAsync<StackDepthException>(async () => await reentrant.EnterAsync("x", default));

        Task<Turn?> other = reentrant.EnterAsync("y", default).AsTask();
        outer.Dispose();
        outer.Dispose();
        Assert.False(other.IsCompleted);
        outer.Dispose();
        Assert.NotNull(await other);
    }
}
