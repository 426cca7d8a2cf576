using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>A person's decision on a command that waits for approval.</summary>
public sealed record DecideApproval : QueueOperation<DecisionOutcome>
{
    /// <summary>The command.</summary>
    public required string CommandId { get; init; }

    /// <summary>The session that it must belong to.</summary>
    public required string SessionId { get; init; }

    /// <summary>Approved or rejected.</summary>
    public required bool Approved { get; init; }

    /// <summary>The digest of what was shown; null: the caller saw what is stored.</summary>
    public string? Digest { get; init; }

    /// <summary>The person's reason; null: none given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who decides, for example <c>customer:abc</c>.</summary>
    public required string By { get; init; }

    internal override DecisionOutcome? Apply(QueueTurn turn)
    {
        if (LiveCommand.Find(turn, CommandId) is not { } found) return null;
        if (found.State is null || found.SessionId != SessionId) return new DecisionOutcome(DecisionStatus.NotFound, null);
        if (found is not { Entry: { } entry, State: CommandState.PendingApproval }) return new DecisionOutcome(DecisionStatus.AlreadyDecided, found.State);
        if (Digest is not null && Digest != entry.Definition.Digest)
            return new DecisionOutcome(DecisionStatus.OtherPayload, CommandState.PendingApproval);

        turn.Pending.Remove(entry);
        if (!Approved)
        {
            turn.End(entry, CommandState.Rejected, By, Reason);
            return new DecisionOutcome(DecisionStatus.Decided, CommandState.Rejected);
        }

        var until = turn.Now + (long)turn.Limits.ApprovalValidity.TotalMilliseconds;
        turn.Record(QueueEventKind.Approved, e => e with
        {
            CommandId = CommandId,
            SessionId = SessionId,
            State = CommandState.Queued,
            By = By,
            Reason = Reason,
        });
        return turn.Insert(entry with { Approval = new Approval(entry.Definition.Digest, By, turn.Now, until) })
            ? new DecisionOutcome(DecisionStatus.Decided, CommandState.Queued)
            : null;
    }
}

/// <summary>What <see cref="DecideApproval"/> answers.</summary>
/// <param name="Status">Whether it counted.</param>
/// <param name="State">The command's state.</param>
public sealed record DecisionOutcome(DecisionStatus Status, CommandState? State);

/// <summary>Whether a decision counted.</summary>
public enum DecisionStatus
{
    /// <summary>It is decided.</summary>
    Decided,

    /// <summary>The command does not wait for approval any more, or never did.</summary>
    AlreadyDecided,

    /// <summary>What was shown is not what would run.</summary>
    OtherPayload,

    /// <summary>The session has no such command.</summary>
    NotFound,
}
