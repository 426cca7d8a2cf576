using Gateway.Api.RateLimits;
using Gateway.TestKit;

namespace Gateway.Api.Tests.RateLimits;

public class WindowCountersTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider time = new();

    [Fact]
    public void Add_WithinAMinute_CountsAndTellsItsEnd()
    {
        var counters = New(Minute);
        time.Advance(TimeSpan.FromSeconds(59.999));
        var ends = new DateTimeOffset(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);
        Assert.Equal(new WindowCount(1, ends), counters.Add("a"));
        Assert.Equal(new WindowCount(2, ends), counters.Add("a"));
        Assert.Equal(new WindowCount(1, ends), counters.Add("b"));

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new WindowCount(1, ends.AddMinutes(1)), counters.Add("a"));
    }

    [Theory]
    [InlineData("00:00:01", "00:00:38")]
    [InlineData("00:10:00", "00:10:00")]
    [InlineData("01:00:00", "01:00:00")]
    public void Add_InWindowsOfAnyLength_CountsToTheirEnd(string length, string ends)
    {
        var counters = New(TimeSpan.Parse(length, null));
        time.Advance(TimeSpan.FromSeconds(37.5));
        counters.Add("a");
        var count = counters.Add("a");
        Assert.Equal(new WindowCount(2, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.Parse(ends, null)), count);
        time.Set(count.ResetsAt.AddTicks(-1));
        Assert.Equal(2, counters.Read("a").Count);
        time.Set(count.ResetsAt);
        Assert.Equal(0, counters.Read("a").Count);
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:00:00.5")]
    [InlineData("00:00:01.5")]
    [InlineData("01:00:01")]
    public void Counters_OfAWindowThatIsNone_AreRefused(string length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => New(TimeSpan.Parse(length, null)));

    [Fact]
    public void TakeBack_NeverBelowZeroNorFromTheNextWindow()
    {
        var counters = New(Minute);
        counters.Add("a");
        counters.TakeBack("a");
        counters.TakeBack("a");
        counters.TakeBack("b");
        Assert.Equal(1, counters.Add("a").Count);

        time.Advance(Minute);
        counters.TakeBack("a");
        Assert.Equal(0, counters.Read("a").Count);
    }

    [Fact]
    public void Add_PastTheCapacity_ForgetsThePartyCountedFirst()
    {
        var counters = New(Minute, capacity: 3);
        for (var party = 0; party < 4; party++) counters.Add($"{party}");
        Assert.Equal([0, 1, 1, 1], Enumerable.Range(0, 4).Select(party => counters.Read($"{party}").Count));
    }

    [Fact]
    public void Add_ClockCorrectedBackwards_StartsAnew()
    {
        var counters = New(Minute);
        time.Advance(TimeSpan.FromHours(1));
        counters.Add("a");
        time.Set(time.GetUtcNow().AddMinutes(-30));
        Assert.Equal(1, counters.Add("a").Count);
    }

    [Fact]
    public void Add_FromManyThreads_LosesNone()
    {
        var counters = New(Minute);
        Parallel.For(0, 10_000, _ => counters.Add("a"));
        Assert.Equal(10_000, counters.Read("a").Count);
    }

    private WindowCounters New(TimeSpan length, int capacity = 10) => new("rule", length, quiet: 0, isShared: true, time, capacity);
}
