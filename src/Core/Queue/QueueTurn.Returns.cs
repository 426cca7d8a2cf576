using Gateway.Core.Commands;

namespace Gateway.Core.Queue;

/// <summary>Claims that end without a result, and what becomes of their commands.</summary>
internal sealed partial class QueueTurn
{
    /// <summary>Ends the claim on a command that its device has not begun; answers what it is now.</summary>
    public CommandState Release(QueueEntry entry, string by)
    {
        var claim = entry.Claim!;
        Claimed.Remove(entry);
        // Who gives back what came over its connection wants no more over it. What it has taken over was meant for an earlier one.
        if (claim is { Connection: { } connection, IsTakenOver: false }) Drain(connection);
        var released = entry with { GivenBack = new GivenBack((entry.GivenBack?.Times ?? 0) + 1, Digests.OfToken(claim.Token)) };
        return Return(released, QueueEventKind.Released, by, "Its device gave it back before it began");
    }

    /// <summary>Ends the claim of a command that was taken out of its place, and puts it back in line where that may be; answers what it is now.</summary>
    /// <param name="entry">The command, with its claim.</param>
    /// <param name="by">Who ends the claim; null: the clock.</param>
    /// <param name="why">Why, as a sentence without its stop.</param>
    public CommandState TakeBack(QueueEntry entry, string? by, string why)
    {
        if (!entry.Definition.AtMostOnce) return Return(entry, QueueEventKind.Returned, by, why);
        End(entry, CommandState.Unknown, by, $"{why}, and a command of this type must not run twice.");
        return CommandState.Unknown;
    }

    private void EndClaims()
    {
        foreach (var entry in TakeAll(Claimed, entry => entry.Claim!.EndsAt <= Now)) EndClaim(entry);
    }

    /// <summary>A claim ended without a word: what becomes of its command.</summary>
    private void EndClaim(QueueEntry entry)
    {
        if (entry.Claim!.TimeoutAt is { } timeout && timeout <= Now)
            End(entry, CommandState.TimedOut, null, $"No result within {entry.Definition.TimeoutMs} ms of the claim.");
        else if (entry.Tries >= Limits.MaxAttempts && !entry.Definition.AtMostOnce)
            End(entry, CommandState.DeadLettered, null, $"Claimed {entry.Tries} times without a result.");
        else
            TakeBack(entry, null, "The claim ended without a word");
    }

    /// <summary>Puts a command back in line, or ends it where it may wait no more.</summary>
    private CommandState Return(QueueEntry entry, QueueEventKind kind, string? by, string why)
    {
        var definition = entry.Definition;
        if (definition.SessionId is { } id && Session?.Id != id)
        {
            End(entry, CommandState.Cancelled, by, $"{why} after the session had ended.");
            return CommandState.Cancelled;
        }

        if (definition.ExpiresAt <= Now)
        {
            Expire(entry);
            return CommandState.Expired;
        }

        Record(kind, e => e with
        {
            CommandId = entry.Id,
            SessionId = definition.SessionId,
            State = CommandState.Queued,
            By = by,
            Reason = $"{why}.",
        });
        // A segment that has to be read first is a need, and the turn is thrown away.
        Insert(entry with { Claim = null });
        return CommandState.Queued;
    }
}
