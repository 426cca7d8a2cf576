namespace Gateway.Bench.Load;

/// <summary>One operation at one number of clients: all its phases, each beside the floor of the same round.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Clients">How many clients at once.</param>
internal sealed record Series(string Name, int Clients)
{
    private readonly List<(Phase Phase, Phase Floor)> phases = [];

    /// <summary>Requests a second.</summary>
    public double PerSecond => phases.Sum(pair => pair.Phase.Times.Length) / phases.Sum(pair => pair.Phase.Seconds);

    /// <summary>Median latency, milliseconds.</summary>
    public double P50 => All.At(0.5);

    /// <summary>99th percentile, milliseconds.</summary>
    public double P99 => All.At(0.99);

    /// <summary>How many times the floor's median latency: the median of the rounds, so a disturbed round does not count.</summary>
    public double LatencyRatio => Median(pair => pair.Phase.At(0.5) / pair.Floor.At(0.5));

    /// <summary>How many times the floor's time per request at full load: the median of the rounds.</summary>
    public double LoadRatio => Median(pair => pair.Floor.PerSecond / pair.Phase.PerSecond);

    /// <summary>Microseconds of processor time that the server used for each; null: not known.</summary>
    public double? Microseconds => phases[0].Phase.Processor is null
        ? null
        : phases.Sum(pair => pair.Phase.Processor!.Value.TotalMicroseconds) / phases.Sum(pair => pair.Phase.Times.Length);

    private Phase All => new([.. phases.SelectMany(pair => pair.Phase.Times).Order()], 1);

    public void Add(Phase phase, Phase floor) => phases.Add((phase, floor));

    private double Median(Func<(Phase Phase, Phase Floor), double> value) => phases.Select(value).Order().ElementAt(phases.Count / 2);
}
