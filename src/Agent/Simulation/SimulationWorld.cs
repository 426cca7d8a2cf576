using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>What all parts of a simulation share.</summary>
internal sealed record SimulationWorld(
    SimulationSettings Settings, SimulationHttp Http, ObservationSink Sink, SimulationProgress Progress, TimeProvider Time)
{
    /// <summary>A type that no real agent knows, and one that must not run twice unless the server is told otherwise.</summary>
    public const string PlainType = "simulated_work", OnceType = "run_script";

    private volatile bool calm;
    private volatile bool over;

    /// <summary>Whether the server lets commands of <see cref="OnceType"/> run once only.</summary>
    public bool OnceIsOnce { get; set; }

    /// <summary>No more faults on purpose: what there is is worked off.</summary>
    public bool IsCalm { get => calm; set => calm = value; }

    /// <summary>The devices stop.</summary>
    public bool IsOver { get => over; set => over = value; }

    public Task DelayAsync(double milliseconds, CancellationToken cancel) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Time, cancel);

    /// <summary>The random choices of one actor: the same for the same seed, whatever the others do.</summary>
    public Random RandomFor(int kind, int index) => new(unchecked((Settings.Seed * 486_187_739 + kind) * 16_777_619 + index));

    public static CommandState? StateOf(string? name) => CommandStates.TryParse(name, out CommandState state) ? state : null;

    public void Note(Exchange exchange, Func<Observation> entry)
    {
        if (exchange.Reached) Sink.Add(entry());
    }
}
