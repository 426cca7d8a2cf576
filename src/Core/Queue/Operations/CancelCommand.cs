using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>
/// Cancels a command that has not ended. One that is claimed ends too: its device learns of it when it next extends or sends its result.
/// </summary>
/// <param name="CommandId">The command.</param>
/// <param name="SessionId">The session that it must belong to; null: any or none.</param>
/// <param name="By">Who cancels, for example <c>customer:abc</c>.</param>
/// <param name="Reason">Why, in words; null: none given.</param>
public sealed record CancelCommand(string CommandId, string? SessionId, string By, string? Reason) : QueueOperation<CancelOutcome>
{
    internal override CancelOutcome? Apply(QueueTurn turn)
    {
        if (LiveCommand.Find(turn, CommandId) is not { } found) return null;
        if (found.State is null || (SessionId is not null && found.SessionId != SessionId)) return new CancelOutcome(CancelStatus.NotFound, null);
        if (found.Entry is not { } entry) return new CancelOutcome(CancelStatus.AlreadyEnded, found.State);

        if (!turn.Claimed.Remove(entry) && !turn.Pending.Remove(entry)) turn.RemoveWaiting(entry);
        turn.End(entry, CommandState.Cancelled, By, Reason);
        return new CancelOutcome(CancelStatus.Cancelled, CommandState.Cancelled);
    }
}

/// <summary>What <see cref="CancelCommand"/> answers.</summary>
/// <param name="Status">Whether it was cancelled.</param>
/// <param name="State">The command's state.</param>
public sealed record CancelOutcome(CancelStatus Status, CommandState? State);

/// <summary>Whether a command was cancelled.</summary>
public enum CancelStatus
{
    /// <summary>It is cancelled now.</summary>
    Cancelled,

    /// <summary>It had ended before, maybe by being cancelled.</summary>
    AlreadyEnded,

    /// <summary>There is no such command.</summary>
    NotFound,
}

/// <summary>Looks for a command by id, wherever it is.</summary>
/// <param name="Entry">The command, when it has not ended.</param>
/// <param name="State">Its state; null: there is no such command.</param>
/// <param name="SessionId">The session that it belongs to; null: none.</param>
internal sealed record LiveCommand(QueueEntry? Entry, CommandState? State, string? SessionId)
{
    /// <summary>The command; null: a fact is missing.</summary>
    public static LiveCommand? Find(QueueTurn turn, string commandId)
    {
        if (turn.Claimed.Find(entry => entry.Id == commandId) is { } claimed) return Live(claimed, CommandState.Claimed);
        if (turn.Pending.Find(entry => entry.Id == commandId) is { } pending) return Live(pending, CommandState.PendingApproval);
        if (!turn.TryFindWaiting(commandId, out var waiting)) return null;
        if (waiting is not null) return Live(waiting, CommandState.Queued);
        if (!turn.TryFindEnded(commandId, out var record, out var sessionId)) return null;
        // History cannot know of a live command that the head does not: such a record belongs to a head that is gone.
        return new LiveCommand(null, record is not null && record.State.IsTerminal() ? record.State : null, sessionId);
    }

    private static LiveCommand Live(QueueEntry entry, CommandState state) => new(entry, state, entry.Definition.SessionId);
}
