using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>
/// Makes a claim last until now plus <see cref="By"/>, never shorter than it did already and never past the command's timeout
/// (the meaning of SQS' ChangeMessageVisibility).
/// </summary>
/// <param name="CommandId">The command.</param>
/// <param name="Token">The claim's token.</param>
/// <param name="By">How long, from now.</param>
public sealed record ExtendClaim(string CommandId, string Token, TimeSpan By) : QueueOperation<ExtendOutcome>
{
    internal override ExtendOutcome? Apply(QueueTurn turn)
    {
        if (ClaimCheck.Find(turn, CommandId, Token) is not { } check) return null;
        if (check.Entry is not { } entry) return new ExtendOutcome(check.Status, null, check.Ended);

        var claim = entry.Claim!;
        // A device that extends is there, connected or not: what a lost connection took away comes back.
        var until = Math.Max(claim.Kept ?? claim.VisibleUntil, turn.Now + (long)By.TotalMilliseconds);
        if (claim.TimeoutAt < until) until = claim.TimeoutAt.Value;
        if (until != claim.VisibleUntil || claim.Kept is not null)
        {
            turn.Claimed[turn.Claimed.IndexOf(entry)] = entry with { Claim = claim with { VisibleUntil = until, Kept = null } };
            // The one event that a device can cause without end: history can do without it, the head can not bear it.
            if (turn.HistoryIsBehind)
                turn.Touch();
            else
                turn.Record(QueueEventKind.Extended, e => e with
                {
                    CommandId = CommandId,
                    SessionId = entry.Definition.SessionId,
                    State = CommandState.Claimed,
                    VisibleUntil = until,
                });
        }

        return new ExtendOutcome(ClaimStatus.Live, until, null);
    }
}

/// <summary>What <see cref="ExtendClaim"/> answers.</summary>
/// <param name="Status">What was found of the claim.</param>
/// <param name="VisibleUntil">When the claim ends now, Unix milliseconds; null unless <see cref="ClaimStatus.Live"/>.</param>
/// <param name="Ended">The command's terminal state, with <see cref="ClaimStatus.Ended"/>.</param>
public sealed record ExtendOutcome(ClaimStatus Status, long? VisibleUntil, CommandState? Ended);

/// <summary>What a claim token is worth.</summary>
public enum ClaimStatus
{
    /// <summary>The token holds the claim.</summary>
    Live,

    /// <summary>The token does not hold a claim on this command, or not any more.</summary>
    Stale,

    /// <summary>The command is in a terminal state.</summary>
    Ended,

    /// <summary>The device has no such command.</summary>
    NotFound,
}

/// <summary>Looks for a command by id and claim token.</summary>
internal sealed record ClaimCheck(ClaimStatus Status, QueueEntry? Entry, CommandState? Ended, History.CommandRecord? Record)
{
    /// <summary>What the token is worth; null: a fact is missing.</summary>
    public static ClaimCheck? Find(QueueTurn turn, string commandId, string token)
    {
        var claimed = turn.Claimed.Find(entry => entry.Id == commandId);
        if (claimed is not null)
            return claimed.Claim!.Token == token ? new(ClaimStatus.Live, claimed, null, null) : new(ClaimStatus.Stale, null, null, null);
        if (turn.Pending.Exists(entry => entry.Id == commandId)) return new(ClaimStatus.Stale, null, null, null);
        if (!turn.TryFindWaiting(commandId, out var waiting)) return null;
        if (waiting is not null) return new(ClaimStatus.Stale, null, null, null);
        if (!turn.TryFindEnded(commandId, out var record, out _)) return null;
        return record is null || !record.State.IsTerminal()
            ? new(ClaimStatus.NotFound, null, null, null)
            : new(ClaimStatus.Ended, null, record.State, record);
    }
}
