using System.Collections.Immutable;
using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>
/// Takes everything back that the device works on, and detaches its channel without a grace: an operator's reset. Commands go back to their place in
/// line, however often they were claimed; those that must not run twice end as <see cref="CommandState.Unknown"/>. No token holds any more.
/// </summary>
/// <param name="By">Who resets, for example <c>orchestrator:admin</c>.</param>
/// <param name="Reason">Why, as a sentence without its stop.</param>
public sealed record ReturnClaims(string By, string Reason) : QueueOperation<ReturnClaimsOutcome>
{
    internal override ReturnClaimsOutcome? Apply(QueueTurn turn)
    {
        var entries = turn.Claimed.OrderBy(entry => entry.Id, StringComparer.Ordinal).ToList();
        turn.Claimed.Clear();
        var returned = entries.Select(entry => new ReturnedCommand(entry.Id, turn.TakeBack(entry, By, Reason))).ToImmutableArray();
        return new ReturnClaimsOutcome(returned, turn.Reset());
    }
}

/// <summary>What <see cref="ReturnClaims"/> answers.</summary>
/// <param name="Commands">The commands that were claimed, in the order of their ids.</param>
/// <param name="Detached">Whether a channel was attached.</param>
public sealed record ReturnClaimsOutcome(ImmutableArray<ReturnedCommand> Commands, bool Detached);

/// <summary>A command that was taken back.</summary>
/// <param name="Id">The command.</param>
/// <param name="State">What it is now: queued, or ended where it may not run again.</param>
public sealed record ReturnedCommand(string Id, CommandState State);
