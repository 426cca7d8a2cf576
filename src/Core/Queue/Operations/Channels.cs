namespace Gateway.Core.Queue.Operations;

/// <summary>
/// Attaches a device's socket, in place of any other. Claims that were pushed to an earlier one go over to it with their tokens, and last again as
/// long as they did before that one was lost. What waits is pushed in the same commit, as far as the credit goes.
/// </summary>
/// <param name="Holder">The replica that holds the socket.</param>
/// <param name="Connection">The connection's id, never used before; attaching the same one again changes nothing.</param>
public sealed record AttachChannel(ReplicaBoot Holder, string Connection) : QueueOperation<AttachOutcome>
{
    /// <summary>Most commands in the hands of the connection; null: <see cref="QueueLimits.MaxInFlight"/>.</summary>
    public int? Credit { get; init; }

    /// <summary>How long a pushed claim lasts unless extended; null: <see cref="QueueLimits.PushVisibility"/>.</summary>
    public TimeSpan? Visibility { get; init; }

    internal override AttachOutcome? Apply(QueueTurn turn)
    {
        if (turn.Channel?.Connection == Connection) return new AttachOutcome(null);
        var replaced = turn.Channel;
        turn.Attach(new QueueChannel(Holder.Replica, Holder.Boot, Connection, turn.Now)
        {
            Credit = Credit,
            VisibilityMs = (long?)Visibility?.TotalMilliseconds,
        });
        return new AttachOutcome(replaced);
    }
}

/// <summary>What <see cref="AttachChannel"/> answers.</summary>
/// <param name="Replaced">The channel that was attached until now; null: none was.</param>
public sealed record AttachOutcome(QueueChannel? Replaced);

/// <summary>
/// The device takes no more over its socket, which stays attached: what was pushed over it stays in its hands, and nothing more is pushed until
/// it attaches another one. Nothing happens when another connection is attached than the one that is named.
/// </summary>
/// <param name="Connection">The connection.</param>
public sealed record DrainChannel(string Connection) : QueueOperation<DrainOutcome>
{
    internal override DrainOutcome? Apply(QueueTurn turn) => new(turn.Drain(Connection));
}

/// <summary>What <see cref="DrainChannel"/> answers.</summary>
/// <param name="Draining">Whether it is attached; false: another one is, or none, so that nothing is pushed over it either.</param>
public sealed record DrainOutcome(bool Draining);

/// <summary>
/// Detaches a device's socket: its claims last for a grace, unless the device attaches another one meanwhile. Nothing happens when another
/// connection is attached than the one that is named.
/// </summary>
/// <param name="Connection">The connection that has ended.</param>
/// <param name="Grace">How long its claims last at most; null: <see cref="QueueLimits.ReconnectGrace"/>. Zero: they end now.</param>
public sealed record DetachChannel(string Connection, TimeSpan? Grace = null) : QueueOperation<DetachOutcome>
{
    internal override DetachOutcome? Apply(QueueTurn turn) => new(turn.Detach(Connection, Grace ?? turn.Limits.ReconnectGrace));
}

/// <summary>What <see cref="DetachChannel"/> answers.</summary>
/// <param name="Detached">Whether it was attached; false: another one is, or none.</param>
public sealed record DetachOutcome(bool Detached);
