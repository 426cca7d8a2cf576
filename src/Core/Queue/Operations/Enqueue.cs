using Gateway.Core.Commands;
using Gateway.Core.Ids;

namespace Gateway.Core.Queue.Operations;

/// <summary>Accepts a command, once per idempotency key.</summary>
public sealed record Enqueue : QueueOperation<EnqueueOutcome>
{
    /// <summary>The kind of work; validated by the surface (1 to 64 characters of <c>[A-Za-z0-9._-]</c>).</summary>
    public required string Type { get; init; }

    /// <summary>The parameters as <see cref="CanonicalJson"/>.</summary>
    public required string Parameters { get; init; }

    /// <summary>0 (last) to 9 (first). Default 5.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Who sends it, for example <c>customer:abc</c>.</summary>
    public required string By { get; init; }

    /// <summary>The session that it belongs to, which must be active; null: none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether a person must approve it first.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>Whether it must not run twice.</summary>
    public bool AtMostOnce { get; init; }

    /// <summary>The sender's key: the same key with the same content is the same command; null: none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>When it expires if it was not started; null: with its session, or at the end of the retention.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long one claim may last in all, in milliseconds; null: as long as the device extends.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>Whether it is accepted only if a channel is attached and the device has nothing else to do.</summary>
    public bool OnlyIfIdle { get; init; }

    /// <summary><see cref="SortableId.EntropyBytes"/> random bytes for the id.</summary>
    public required ReadOnlyMemory<byte> Entropy { get; init; }

    internal override EnqueueOutcome? Apply(QueueTurn turn)
    {
        // What the sender asked for, not what the queue made of it (expiry is relative to now): a retry must find its match.
        var digest = Digests.OfCommand(Type, Parameters);
        if (IdempotencyKey is { } key)
        {
            if (!turn.TryFindKey(key, out var known)) return null;
            if (known is not null)
                return known.Digest == digest
                    ? new EnqueueOutcome(EnqueueStatus.AlreadyAccepted, known.CommandId, known.State)
                    : new EnqueueOutcome(EnqueueStatus.KeyConflict, known.CommandId, known.State);
        }

        if (SessionId is not null && turn.Session?.Id != SessionId) return Refused(EnqueueStatus.SessionNotActive);
        if (turn.HistoryIsBehind) return Refused(EnqueueStatus.HistoryBehind);
        if (turn.Length >= turn.Limits.MaxLength
            || (RequiresApproval && turn.Pending.Count >= turn.Limits.MaxPendingApproval)
            || (SessionId is not null && turn.Session!.Live >= turn.Limits.MaxSessionCommands))
            return Refused(EnqueueStatus.QueueFull);

        if (OnlyIfIdle && turn.Channel is null) return Refused(EnqueueStatus.NotConnected);
        if (OnlyIfIdle && turn.Length > 0) return Refused(EnqueueStatus.Busy);

        var expires = turn.Now + (long)turn.Limits.Retention.TotalMilliseconds;
        if (ExpiresAt is { } asked) expires = Math.Min(expires, asked.ToUnixTimeMilliseconds());
        if (SessionId is not null) expires = Math.Min(expires, turn.Session!.ExpiresAt);
        if (expires <= turn.Now) return Refused(EnqueueStatus.AlreadyExpired);

        var id = SortableId.CreateAfter(turn.LastId, turn.At, Entropy.Span);
        turn.LastId = id;
        var definition = new CommandDefinition
        {
            Type = Type,
            Parameters = turn.Store(Parameters),
            Priority = Priority,
            Digest = digest,
            CreatedAt = turn.Now,
            ExpiresAt = expires,
            TimeoutMs = TimeoutMs,
            AtMostOnce = AtMostOnce,
            RequiresApproval = RequiresApproval,
            IdempotencyKey = IdempotencyKey,
            SessionId = SessionId,
            By = By,
        };
        var state = RequiresApproval ? CommandState.PendingApproval : CommandState.Queued;
        turn.Record(QueueEventKind.Enqueued, e => e with
        {
            CommandId = id,
            SessionId = SessionId,
            State = state,
            Definition = definition,
            By = By,
        });
        if (SessionId is not null) turn.Session = turn.Session! with { Live = turn.Session.Live + 1 };
        var entry = new QueueEntry { Id = id, Definition = definition };
        if (RequiresApproval) turn.Pending.Add(entry);
        else turn.Insert(entry);
        return new EnqueueOutcome(EnqueueStatus.Accepted, id, state);
    }

    private static EnqueueOutcome Refused(EnqueueStatus status) => new(status, null, null);
}

/// <summary>What <see cref="Enqueue"/> answers.</summary>
/// <param name="Status">Whether it was accepted.</param>
/// <param name="CommandId">The command's id: the new one, or the one that the key already stands for.</param>
/// <param name="State">The command's state.</param>
public sealed record EnqueueOutcome(EnqueueStatus Status, string? CommandId, CommandState? State);

/// <summary>Whether a command was accepted.</summary>
public enum EnqueueStatus
{
    /// <summary>It is kept.</summary>
    Accepted,

    /// <summary>The same key and content were accepted before.</summary>
    AlreadyAccepted,

    /// <summary>The key was used with other content.</summary>
    KeyConflict,

    /// <summary>The session is not the active one of this device.</summary>
    SessionNotActive,

    /// <summary>The queue, its approvals or its session hold as many commands as they may.</summary>
    QueueFull,

    /// <summary>Its expiry is not in the future.</summary>
    AlreadyExpired,

    /// <summary>It was to be accepted only by an idle device, and no channel is attached.</summary>
    NotConnected,

    /// <summary>It was to be accepted only by an idle device, and this one has something to do.</summary>
    Busy,

    /// <summary>History has not taken up earlier events yet: try again later.</summary>
    HistoryBehind,
}
