using System.Collections.Concurrent;
using Gateway.Sidecar.Scheduling;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Scheduling;

public sealed class DueQueueTests
{
    private readonly ManualTimeProvider time = new();
    private readonly ConcurrentQueue<string> due = new();

    [Fact]
    public void Set_HundredThousandItems_TakesOneTimerAndKeepsTheirOrder()
    {
        using DueQueue<string> queue = Create();
        int before = time.ArmedTimers;
        string[] items = [.. Enumerable.Range(0, 100_000).Select(i => $"item {i}")];
        for (int i = 0; i < items.Length; i++) queue.Set(items[i], time.GetUtcNow().AddMilliseconds(1 + ((long)i * 7919 % items.Length)));

        Assert.Equal(before + 1, time.ArmedTimers);
        time.Advance(TimeSpan.FromMilliseconds(items.Length));
        Assert.Equal(items.Select((item, i) => (item, At: (long)i * 7919 % items.Length)).OrderBy(entry => entry.At).Select(entry => entry.item), due);
    }

    [Fact]
    public void Set_Again_MovesTheItem()
    {
        using DueQueue<string> queue = Create();
        queue.Set("a", time.GetUtcNow().AddSeconds(1));
        queue.Set("a", time.GetUtcNow().AddSeconds(3));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(due);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], due);
    }

    [Fact]
    public void Remove_ArmedItem_NeverFallsDue()
    {
        using DueQueue<string> queue = Create();
        string item = "a";
        queue.Set(item, time.GetUtcNow().AddSeconds(1));
        queue.Remove(item);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(due);
    }

    [Fact]
    public void Advance_OverDays_ReachesAnItemFarAway()
    {
        using DueQueue<string> queue = Create();
        queue.Set("a", time.GetUtcNow().AddHours(2));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(["a"], due);
    }

    [Fact]
    public void Clock_SetForward_IsFollowedWithinAMinute()
    {
        using DueQueue<string> queue = Create();
        queue.Set("a", time.GetUtcNow().AddHours(2));
        time.Set(time.GetUtcNow().AddHours(3));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["a"], due);
    }

    private DueQueue<string> Create() => new(time, due.Enqueue);
}
