namespace Gateway.Api.RateLimits;

/// <summary>A count and the end of the window that it counts in.</summary>
internal readonly record struct WindowCount(long Count, DateTimeOffset ResetsAt);

/// <summary>
/// The counts of one rule by party, in windows of one length that begin with the clock's: what was counted here and, as far as it is
/// known, on other replicas. Memory is bounded: past the capacity the party that was counted first in this window is forgotten, and
/// starts anew. Any number of threads.
/// </summary>
internal sealed partial class WindowCounters
{
    /// <summary>The shortest window.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromSeconds(1);

    /// <summary>The longest window.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromHours(1);

    // About 15 MB at the most: a window's worth of distinct parties of one replica.
    private const int DefaultCapacity = 100_000;

    private readonly TimeProvider time;
    private readonly int capacity;
    private readonly bool isShared;
    private readonly long quiet;
    private readonly long windowSeconds;
    private readonly Lock gate = new();
    private readonly Dictionary<string, PartyCount> counts = new(StringComparer.Ordinal);
    private readonly Queue<string> oldestFirst = new();
    private long window = long.MinValue;

    /// <summary>Counters of a rule.</summary>
    /// <param name="rule">Its name.</param>
    /// <param name="length">How long a window is: whole seconds, <see cref="MinWindow"/> to <see cref="MaxWindow"/>.</param>
    /// <param name="quiet">Up to how many of one party are nobody else's business.</param>
    /// <param name="isShared">Whether anybody takes what is to be shared.</param>
    /// <param name="time">The clock.</param>
    /// <param name="capacity">The most parties.</param>
    public WindowCounters(string rule, TimeSpan length, long quiet, bool isShared, TimeProvider time, int capacity = DefaultCapacity)
    {
        if (length < MinWindow || length > MaxWindow || length.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A window has whole seconds, {MinWindow} to {MaxWindow}.");
        Rule = rule;
        windowSeconds = length.Ticks / TimeSpan.TicksPerSecond;
        this.quiet = quiet;
        this.isShared = isShared;
        this.time = time;
        this.capacity = capacity;
    }

    /// <summary>The rule's name.</summary>
    public string Rule { get; }

    /// <summary>Counts one more; the count includes it.</summary>
    public WindowCount Add(string party)
    {
        lock (gate)
        {
            var count = Open(party);
            count.Here++;
            NoteChange(count);
            return count.Known;
        }
    }

    /// <summary>Takes one back that was added here in this window; what was counted here never falls below 0.</summary>
    public void TakeBack(string party)
    {
        lock (gate)
        {
            TurnWindow();
            if (!counts.TryGetValue(party, out var count) || count.Here == 0) return;
            count.Here--;
            NoteChange(count);
        }
    }

    /// <summary>The count now.</summary>
    public WindowCount Read(string party)
    {
        lock (gate)
        {
            var ends = TurnWindow();
            return counts.TryGetValue(party, out var count) ? count.Known : new WindowCount(0, ends);
        }
    }

    private PartyCount Open(string party)
    {
        var ends = TurnWindow();
        if (counts.TryGetValue(party, out var count)) return count;
        if (counts.Count >= capacity) counts.Remove(oldestFirst.Dequeue());
        count = new PartyCount(party, ends);
        counts.Add(party, count);
        oldestFirst.Enqueue(party);
        return count;
    }

    /// <summary>Forgets the last window when a new one has begun, and tells when this one ends.</summary>
    private DateTimeOffset TurnWindow()
    {
        var now = Math.DivRem(time.GetUtcNow().ToUnixTimeSeconds(), windowSeconds).Quotient;
        if (now != window)
        {
            window = now;
            counts.Clear();
            oldestFirst.Clear();
            unshared.Clear();
        }

        return DateTimeOffset.FromUnixTimeSeconds((now + 1) * windowSeconds);
    }
}
