namespace Gateway.Agent.Simulation.Farm;

/// <summary>What all parts of a farm share.</summary>
internal sealed record FarmWorld(
    FarmSettings Settings, SimulationHttp Http, FarmLedger Ledger, SimulationProgress Progress, FarmCounts Counts, TimeProvider Time)
{
    private volatile bool calm;

    /// <summary>The admin, as requests are sent.</summary>
    public CustomerAccount Admin { get; } = new("admin", Settings.AdminToken);

    /// <summary>No more faults on purpose: what there is is worked off.</summary>
    public bool IsCalm { get => calm; set => calm = value; }

    public Task DelayAsync(double milliseconds, CancellationToken cancel) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Time, cancel);

    /// <summary>The random choices of one actor: the same for the same seed, whatever the others do.</summary>
    public Random RandomFor(int kind, int index) => new(unchecked((Settings.Seed * 486_187_739 + kind) * 16_777_619 + index));
}

/// <summary>What went wrong with nodes, on purpose or not. Thread-safe by <see cref="Interlocked"/>.</summary>
internal sealed class FarmCounts
{
    /// <summary>Sockets cut without a word.</summary>
    public int Cuts;

    /// <summary>Nodes that died with what they worked on.</summary>
    public int Deaths;

    /// <summary>Nodes that finished what they had and came back.</summary>
    public int Restarts;

    /// <summary>Nodes that stayed away for longer than the server waits.</summary>
    public int Absences;

    /// <summary>Offers that nobody answered.</summary>
    public int Unanswered;
}
