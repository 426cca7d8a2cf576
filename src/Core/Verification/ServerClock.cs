namespace Gateway.Core.Verification;

/// <summary>
/// The server's clock on the log's: every grant says when, by the server's clock, it was made, and that was between its request
/// and its answer. Where the grants of a log contradict each other by more than the tolerance the clock is not known.
/// </summary>
internal sealed class ServerClock(TimeSpan tolerance)
{
    private const double MicrosecondsPerMillisecond = 1_000;

    private double lowest = double.NegativeInfinity;
    private double highest = double.PositiveInfinity;

    /// <summary>The tolerance in milliseconds.</summary>
    public double Tolerance { get; } = tolerance.TotalMilliseconds;

    /// <summary>Whether times of the server can be told on the log's clock.</summary>
    public bool IsKnown => double.IsFinite(lowest) && lowest - highest <= Tolerance;

    /// <summary>Notes that something with a server's time happened within a request.</summary>
    public void Note(Observation within, long serverMs)
    {
        if (within.Answered is not { } answered) return;
        lowest = Math.Max(lowest, serverMs - answered / MicrosecondsPerMillisecond);
        highest = Math.Min(highest, serverMs - within.Sent / MicrosecondsPerMillisecond);
    }

    /// <summary>From when on, in microseconds of the log, the server's clock is surely past a time.</summary>
    public long SurelyPast(long serverMs) => ToLog(serverMs + Tolerance);

    /// <summary>Until when, in microseconds of the log, the server's clock has surely not come to a time.</summary>
    public long SurelyBefore(long serverMs) => ToLog(serverMs - Tolerance);

    /// <summary>What the server's clock surely showed at a time of the log, in microseconds.</summary>
    public long SurelyReached(long log) => (long)((log / MicrosecondsPerMillisecond) + ((lowest + highest) / 2) - Tolerance);

    private long ToLog(double serverMs) => (long)((serverMs - (lowest + highest) / 2) * MicrosecondsPerMillisecond);
}
