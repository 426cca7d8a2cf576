using Gateway.Api.RateLimits;
using Gateway.TestKit;

namespace Gateway.Api.Tests.RateLimits;

public class FixedWindowCountersTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void Add_WithinAMinute_CountsAndTellsItsEnd()
    {
        var counters = new FixedWindowCounters<string>(time, 10);
        time.Advance(TimeSpan.FromSeconds(59.999));
        var ends = new DateTimeOffset(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);
        Assert.Equal(new WindowCount(1, ends), counters.Add("a"));
        Assert.Equal(new WindowCount(2, ends), counters.Add("a"));
        Assert.Equal(new WindowCount(1, ends), counters.Add("b"));

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new WindowCount(1, ends.AddMinutes(1)), counters.Add("a"));
    }

    [Fact]
    public void TakeBack_NeverBelowZeroNorFromTheNextWindow()
    {
        var counters = new FixedWindowCounters<string>(time, 10);
        counters.Add("a");
        counters.TakeBack("a");
        counters.TakeBack("a");
        counters.TakeBack("b");
        Assert.Equal(1, counters.Add("a").Count);

        time.Advance(TimeSpan.FromMinutes(1));
        counters.TakeBack("a");
        Assert.Equal(0, counters.Read("a").Count);
    }

    [Fact]
    public void Add_PastTheCapacity_ForgetsTheKeyCountedFirst()
    {
        var counters = new FixedWindowCounters<int>(time, 3);
        for (var key = 0; key < 4; key++) counters.Add(key);
        Assert.Equal([0, 1, 1, 1], Enumerable.Range(0, 4).Select(key => counters.Read(key).Count));
    }

    [Fact]
    public void Add_ClockCorrectedBackwards_StartsAnew()
    {
        var counters = new FixedWindowCounters<string>(time, 10);
        time.Advance(TimeSpan.FromHours(1));
        counters.Add("a");
        time.Set(time.GetUtcNow().AddMinutes(-30));
        Assert.Equal(1, counters.Add("a").Count);
    }

    [Fact]
    public void Add_FromManyThreads_LosesNone()
    {
        var counters = new FixedWindowCounters<string>(time, 10);
        Parallel.For(0, 10_000, _ => counters.Add("a"));
        Assert.Equal(10_000, counters.Read("a").Count);
    }
}
