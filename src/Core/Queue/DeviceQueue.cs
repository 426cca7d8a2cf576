namespace Gateway.Core.Queue;

/// <summary>
/// The command queue of one device as a pure state machine (DESIGN, "The command queue"). <see cref="Apply"/> takes a head and
/// operations and says what the next head is, which documents to write before it and to delete after it, and what each
/// operation answers. It reads no clock and does no I/O, so a failed commit is simply applied again to a fresher head.
/// </summary>
public static class DeviceQueue
{
    /// <summary>Applies operations in order, as one commit. First looks at the clock: claims and commands whose time has passed end.</summary>
    /// <param name="head">The head as it was read.</param>
    /// <param name="operations">The operations; together they succeed or are applied again.</param>
    /// <param name="context">Time, the commit's id, limits, and what was read besides.</param>
    /// <returns>The next head and the answers; or, when <see cref="QueueStep.Needs"/> has any, what to read before trying again.</returns>
    public static QueueStep Apply(QueueHead head, IReadOnlyList<QueueOperation> operations, QueueContext context)
    {
        var turn = new QueueTurn(head, context);
        var outcomes = new object[operations.Count];
        for (var i = 0; i < operations.Count; i++)
        {
            // An operation that lacks a fact changes nothing that is kept: the whole turn is thrown away.
            if (operations[i].ApplyTo(turn) is { } outcome) outcomes[i] = outcome;
        }

        if (!turn.Needs.Any) turn.Push();
        if (turn.Changed && !turn.Needs.Any) turn.Complete();
        if (turn.Needs.Any) return new QueueStep(head, [], turn.Needs, new QueueEffects(), Changed: false);
        // Without a save nothing may be deleted either: the head in the store still names it.
        return turn.Changed
            ? new QueueStep(turn.ToHead(), outcomes, turn.Needs, turn.Effects, Changed: true) { News = turn.News }
            : new QueueStep(head, outcomes, turn.Needs, new QueueEffects(), Changed: false);
    }
}

/// <summary>What <see cref="DeviceQueue.Apply"/> is told.</summary>
/// <param name="Now">The replica's clock.</param>
/// <param name="CommitId">A fresh id for this attempt; new documents are named by it, so a lost race never reuses a name.</param>
/// <param name="WrittenThrough">Events up to this number are in history.</param>
/// <param name="Facts">What was read beside the head.</param>
/// <param name="Limits">The bounds.</param>
public sealed record QueueContext(DateTimeOffset Now, string CommitId, long WrittenThrough, QueueFacts Facts, QueueLimits Limits)
{
    /// <summary>Who commits (<see cref="HeadCommit.Writer"/>).</summary>
    public string Writer { get; init; } = "";

    /// <summary>Those of the replicas named in the head that are known to be dead. Their channel counts as detached from now on, and they watch no more.</summary>
    public IReadOnlyCollection<ReplicaBoot> Gone { get; init; } = [];

    /// <summary>How commands are pushed; null: none is.</summary>
    public PushTerms? Push { get; init; }
}

/// <summary>How commands are pushed over the device's channel.</summary>
/// <param name="By">Who claims by it, for example <c>device:pi-1</c>.</param>
/// <param name="NewToken">Makes a fresh, unguessable claim token.</param>
public sealed record PushTerms(string By, Func<string> NewToken);

/// <summary>What <see cref="DeviceQueue.Apply"/> answers.</summary>
/// <param name="Head">The next head; the given one when nothing changed.</param>
/// <param name="Outcomes">One answer for each operation, in order.</param>
/// <param name="Needs">What to read first; then everything else is to be ignored.</param>
/// <param name="Effects">Documents to write and to delete.</param>
/// <param name="Changed">Whether there is anything to save. When not, the answers hold only for the head that was given.</param>
public sealed record QueueStep(QueueHead Head, IReadOnlyList<object> Outcomes, QueueNeeds Needs, QueueEffects Effects, bool Changed)
{
    /// <summary>The events of this commit, in order. A text that got a document is in <see cref="QueueEffects.Writes"/>.</summary>
    public IReadOnlyList<QueueEvent> News { get; init; } = [];
}

/// <summary>What a commit does beside saving the head.</summary>
public sealed class QueueEffects
{
    /// <summary>Documents to write before the head.</summary>
    public Dictionary<string, QueueDocument> Writes { get; } = [];

    /// <summary>Documents to delete once the head is saved.</summary>
    public List<string> Deletes { get; } = [];

    /// <summary>Whether a command became claimable: waiting long polls are to be woken.</summary>
    public bool Wakes { get; internal set; }

    /// <summary>Whether commands were claimed for the device's channel: its replica is to look at the head.</summary>
    public bool Pushes { get; internal set; }

    /// <summary>Whether more could be pushed by another look: one commit clears away only so many commands that must not run.</summary>
    public bool PushesMore { get; internal set; }

    /// <summary>The channel that is attached no more; null: none was. Its replica is to look at the head, too.</summary>
    public QueueChannel? Detached { get; internal set; }
}

/// <summary>An operation on a queue.</summary>
public abstract record QueueOperation
{
    internal abstract object? ApplyTo(QueueTurn turn);
}

/// <summary>An operation on a queue that answers a <typeparamref name="TOutcome"/>.</summary>
public abstract record QueueOperation<TOutcome> : QueueOperation
    where TOutcome : class
{
    internal sealed override object? ApplyTo(QueueTurn turn) => Apply(turn);

    /// <summary>The answer; null when a fact is missing, which the turn has noted.</summary>
    internal abstract TOutcome? Apply(QueueTurn turn);
}
