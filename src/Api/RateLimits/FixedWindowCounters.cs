namespace Gateway.Api.RateLimits;

/// <summary>A count and the end of the window that it counts in.</summary>
internal readonly record struct WindowCount(long Count, DateTimeOffset ResetsAt);

/// <summary>
/// Counts by key in windows of one minute that begin with the clock's minutes. Memory is bounded: past the capacity the key
/// that was counted first in this window is forgotten, and starts anew. Any number of threads.
/// </summary>
internal sealed class FixedWindowCounters<TKey>(TimeProvider time, int capacity) where TKey : notnull
{
    private const long WindowSeconds = 60;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, long> counts = [];
    private readonly Queue<TKey> oldestFirst = new();
    private long window = long.MinValue;

    /// <summary>Counts one more; the count includes it.</summary>
    public WindowCount Add(TKey key)
    {
        lock (gate)
        {
            var ends = TurnWindow();
            if (counts.TryGetValue(key, out var count))
            {
                counts[key] = ++count;
                return new WindowCount(count, ends);
            }

            if (counts.Count >= capacity) counts.Remove(oldestFirst.Dequeue());
            counts.Add(key, 1);
            oldestFirst.Enqueue(key);
            return new WindowCount(1, ends);
        }
    }

    /// <summary>Takes one back that was added in this window; a count never falls below 0.</summary>
    public void TakeBack(TKey key)
    {
        lock (gate)
        {
            TurnWindow();
            if (counts.TryGetValue(key, out var count) && count > 0) counts[key] = count - 1;
        }
    }

    /// <summary>The count now.</summary>
    public WindowCount Read(TKey key)
    {
        lock (gate)
        {
            var ends = TurnWindow();
            return new WindowCount(counts.GetValueOrDefault(key), ends);
        }
    }

    /// <summary>Forgets the last window when a new one has begun, and tells when this one ends.</summary>
    private DateTimeOffset TurnWindow()
    {
        var now = Math.DivRem(time.GetUtcNow().ToUnixTimeSeconds(), WindowSeconds).Quotient;
        if (now != window)
        {
            window = now;
            counts.Clear();
            oldestFirst.Clear();
        }

        return DateTimeOffset.FromUnixTimeSeconds((now + 1) * WindowSeconds);
    }
}
