namespace Gateway.Agent.Simulation;

/// <summary>What has happened how often, and how far the present phase is. Thread-safe; a screen reads it now and then.</summary>
internal sealed class SimulationProgress
{
    private readonly long[] counts = new long[Enum.GetValues<Counted>().Length];
    private Phase phase = new("Start", 1);

    /// <summary>The present phase.</summary>
    public Phase Current => Volatile.Read(ref phase);

    /// <summary>What happened, by name.</summary>
    public IReadOnlyList<(string Name, long Count)> Counts =>
        [.. Enum.GetValues<Counted>().Select(counted => (Words(counted), this[counted]))];

    public long this[Counted counted] => Interlocked.Read(ref counts[(int)counted]);

    public Phase Begin(string name, long total)
    {
        var next = new Phase(name, Math.Max(1, total));
        Volatile.Write(ref phase, next);
        return next;
    }

    public void Count(Counted counted) => Interlocked.Increment(ref counts[(int)counted]);

    private static string Words(Counted counted) => counted switch
    {
        Counted.Requests => "requests",
        Counted.Unanswered => "without an answer",
        Counted.Unreachable => "server not reached",
        Counted.Throttled => "asked to wait (429)",
        Counted.Troubled => "server in trouble (5xx)",
        Counted.Unexpected => "unexpected answers",
        Counted.Accepted => "commands accepted",
        Counted.Repeated => "commands sent again",
        Counted.Cancelled => "cancelled",
        Counted.Decided => "approved or rejected",
        Counted.Claimed => "claims",
        Counted.Extended => "extensions",
        Counted.Results => "results accepted",
        Counted.Refused => "stale tokens and results refused",
        Counted.Deaths => "devices died with a claim",
        Counted.Reconnects => "devices reconnected",
        _ => counted.ToString(),
    };
}

/// <summary>A part of the run.</summary>
internal sealed class Phase(string name, long total)
{
    private long done;

    public string Name { get; } = name;

    public long Total { get; } = total;

    public long Done => Interlocked.Read(ref done);

    public void Advance() => Interlocked.Increment(ref done);
}

/// <summary>What is counted.</summary>
internal enum Counted
{
    Requests, Unanswered, Unreachable, Throttled, Troubled, Unexpected, Accepted, Repeated, Cancelled, Decided, Claimed, Extended, Results, Refused,
    Deaths, Reconnects,
}
