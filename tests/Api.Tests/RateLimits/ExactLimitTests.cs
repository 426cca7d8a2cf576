using Gateway.TestKit;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>Limits that the store is asked about each time.</summary>
public sealed class ExactLimitTests : IDisposable
{
    private const int Limit = 5;

    private readonly ManualTimeProvider time = new();
    private readonly FakeRateCounts store = new() { IsShared = false };
    private readonly CountingReplica one;
    private readonly CountingReplica other;

    public ExactLimitTests() => (one, other) = (new(store, time, Limit), new(store, time, Limit));

    public void Dispose()
    {
        one.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task AtSeveralReplicasAtOnce_NotOneTooManyIsAdmitted()
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).AddToAllAsync("admin"))));
        Assert.Equal(Limit, counts.Count(count => count <= Limit));
        using var restarted = new CountingReplica(store, time, Limit);
        Assert.True(await restarted.AddToAllAsync("admin") > Limit);
        Assert.Equal(1, await restarted.AddToAllAsync("another"));

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, await other.AddToAllAsync("admin"));
    }

    [Fact]
    public async Task Refused_AsksNoMoreInThisWindow()
    {
        for (var i = 1; i <= Limit + 1; i++) Assert.Equal(i, await one.AddToAllAsync("admin"));
        var calls = store.Calls;
        for (var i = 0; i < 10; i++) Assert.True(await one.AddToAllAsync("admin") > Limit);
        Assert.Equal(calls, store.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StoreAwayOrSilent_CountsPerReplica(bool isSilent)
    {
        await one.AddToAllAsync("admin");
        await other.AddToAllAsync("admin");
        store.IsDown = true;
        if (isSilent) store.Hold = new TaskCompletionSource().Task;
        for (var i = 3; i <= 7; i++)
        {
            var count = one.AddToAllAsync("admin");
            if (isSilent) time.Advance(TimeSpan.FromSeconds(2));

            // Of the other's it knows none: the store did not say.
            Assert.Equal(i - 1, await count.WaitAsync(TimeSpan.FromSeconds(10)));
        }

        Assert.Equal(1, one.Log.Count(3310));
        (store.IsDown, store.Hold) = (false, Task.CompletedTask);
        Assert.Equal(3, await other.AddToAllAsync("admin"));
        Assert.Equal(1, await one.AddToAllAsync("another"));
        Assert.Equal(1, one.Log.Count(3311));
    }

    [Fact]
    public async Task CallerThatGoesAway_IsNotHeldUp()
    {
        store.Hold = new TaskCompletionSource().Task;
        using var gone = new CancellationTokenSource();
        var count = one.Counters.AddToAllAsync("exact", TimeSpan.FromMinutes(10), Limit, "admin", gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => count);
        Assert.Equal(0, one.Log.Count(3310));
    }
}
