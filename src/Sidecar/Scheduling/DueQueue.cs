namespace Gateway.Sidecar.Scheduling;

/// <summary>
/// Items that fall due, with one timer for all of them: an armed item costs memory, not a timer.
/// </summary>
/// <remarks>
/// Thread-safe. An item is in the queue at most once, and is out of it when the callback gets it, on a thread of the
/// pool or of the timer, outside any lock; it must not block. The wall clock is read again at least once a minute, so that a
/// clock that was set is followed.
/// </remarks>
internal sealed class DueQueue<T> : IDisposable where T : class
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly Lock gate = new();
    private readonly SortedSet<Entry> order = new(Comparer<Entry>.Create(static (left, right) =>
        left.At != right.At ? left.At.CompareTo(right.At) : left.Number.CompareTo(right.Number)));

    private readonly Dictionary<T, Entry> entries = new(ReferenceEqualityComparer.Instance);
    private readonly TimeProvider time;
    private readonly Action<T> onDue;
    private readonly ITimer timer;
    private long number;
    private bool disposed;

    public DueQueue(TimeProvider time, Action<T> onDue)
    {
        this.time = time;
        this.onDue = onDue;
        timer = time.CreateTimer(static state => ((DueQueue<T>)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Arms an item, or moves it when it is armed already. One that is due goes out at once.</summary>
    public void Set(T item, DateTimeOffset at)
    {
        lock (gate)
        {
            if (disposed) return;
            if (entries.Remove(item, out Entry? old)) order.Remove(old);
            DateTimeOffset now = time.GetUtcNow();
            if (at > now)
            {
                var entry = new Entry(item, at, number++);
                entries.Add(item, entry);
                order.Add(entry);
                if (ReferenceEquals(order.Min, entry)) Arm(now);
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(onDue, item, preferLocal: false);
    }

    /// <summary>Disarms an item that may be armed.</summary>
    public void Remove(T item)
    {
        lock (gate)
        {
            if (entries.Remove(item, out Entry? old)) order.Remove(old);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            order.Clear();
            entries.Clear();
        }

        timer.Dispose();
    }

    private void Fire()
    {
        List<T> due = [];
        lock (gate)
        {
            if (disposed) return;
            DateTimeOffset now = time.GetUtcNow();
            while (order.Min is { } first && first.At <= now)
            {
                order.Remove(first);
                entries.Remove(first.Item);
                due.Add(first.Item);
            }

            if (order.Count > 0) Arm(now);
        }

        foreach (T item in due) onDue(item);
    }

    /// <summary>Called under the lock.</summary>
    private void Arm(DateTimeOffset now)
    {
        TimeSpan wait = order.Min!.At - now;
        if (wait > LongestWait) wait = LongestWait;
        // The system's timer counts whole milliseconds and cuts off the rest: without rounding up it would fire just too early.
        else if (wait.Ticks % TimeSpan.TicksPerMillisecond != 0) wait += ShortestWait;
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private sealed record Entry(T Item, DateTimeOffset At, long Number);
}
