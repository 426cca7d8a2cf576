using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>What came of a simulation.</summary>
/// <param name="Verdict">What the log of requests and answers says about the rules.</param>
/// <param name="Counts">What happened how often, in the order in which to show it.</param>
/// <param name="Ended">Whether everything had ended within the limit.</param>
public sealed record SimulationResult(HistoryVerdict Verdict, IReadOnlyList<(string Name, long Count)> Counts, bool Ended)
{
    /// <summary>Whether the gateway passed: no rule was found to be broken, and what was sent was worked off.</summary>
    public bool Passed => Verdict.Held && Ended;
}
