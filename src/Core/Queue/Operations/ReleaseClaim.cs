using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>
/// The device gives back a command that it has claimed, or was pushed, and has not begun: its own word, so that it holds also for what must not run
/// twice, and counts for nothing where claims are counted. The command goes back to its place at once. The same word again is answered the same
/// until its device gives back a later claim or the command ends. When the command came over the connection that is attached, nothing more is pushed
/// over that one (<see cref="QueueChannel.IsDraining"/>): it would come back without end.
/// </summary>
/// <param name="CommandId">The command.</param>
/// <param name="Token">The claim's token.</param>
/// <param name="By">Who gives it back, for example <c>device:pi-1</c>.</param>
public sealed record ReleaseClaim(string CommandId, string Token, string By) : QueueOperation<ReleaseOutcome>
{
    internal override ReleaseOutcome? Apply(QueueTurn turn)
    {
        if (LiveCommand.Find(turn, CommandId) is not { } found) return null;
        if (found.State is not { } state) return new ReleaseOutcome(ReleaseStatus.NotFound, null);
        if (found.Entry is not { } entry) return new ReleaseOutcome(ReleaseStatus.Ended, state);
        if (entry.Claim?.Token == Token) return new ReleaseOutcome(ReleaseStatus.Released, turn.Release(entry, By));
        return new ReleaseOutcome(entry.GivenBack?.TokenHash == Digests.OfToken(Token) ? ReleaseStatus.Repeated : ReleaseStatus.StaleClaim, state);
    }
}

/// <summary>What <see cref="ReleaseClaim"/> answers.</summary>
/// <param name="Status">Whether it was given back.</param>
/// <param name="State">
/// The command's state now: queued, or a terminal one when it may wait no more (its session has ended, or it has expired). Null: there is no such command.
/// </param>
public sealed record ReleaseOutcome(ReleaseStatus Status, CommandState? State);

/// <summary>Whether a claim was given back.</summary>
public enum ReleaseStatus
{
    /// <summary>It is now.</summary>
    Released,

    /// <summary>It was before, by the same word; nothing changed.</summary>
    Repeated,

    /// <summary>The command is in a terminal state.</summary>
    Ended,

    /// <summary>The token does not hold a claim on this command, or not any more.</summary>
    StaleClaim,

    /// <summary>The device has no such command.</summary>
    NotFound,
}
