namespace Gateway.Agent.Transport;

/// <summary>
/// How long to wait before the next attempt: decorrelated jitter, each wait drawn between the floor and three times the last one,
/// so that a fleet whose gateway restarts does not come back in step. Not thread-safe: one loop, one backoff.
/// </summary>
/// <param name="floor">The shortest wait.</param>
/// <param name="cap">The longest wait that is not asked for by the gateway.</param>
internal sealed class Backoff(TimeSpan floor, TimeSpan cap)
{
    /// <summary>Longer than this no Retry-After is honoured: a broken header must not silence a device for a day.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(10);

    private TimeSpan last;

    /// <summary>The next wait; never shorter than what the gateway asked for.</summary>
    public TimeSpan Next(TimeSpan? asked = null)
    {
        double spread = 3 * Math.Max(last.Ticks, floor.Ticks) - floor.Ticks;
        TimeSpan drawn = floor + TimeSpan.FromTicks((long)(Random.Shared.NextDouble() * spread));
        last = drawn < cap ? drawn : cap;
        if (asked is not { } wait) return last;
        if (wait > LongestAsked) wait = LongestAsked;
        return wait > last ? wait : last;
    }

    public void Reset() => last = TimeSpan.Zero;
}
