namespace Gateway.Core.Queue.Operations;

/// <summary>Notes that customers watch a device on a replica: the events of later commits are sent there. An earlier run of the replica watches no more.</summary>
/// <param name="Watcher">The replica.</param>
public sealed record Watch(ReplicaBoot Watcher) : QueueOperation<WatchOutcome>
{
    internal override WatchOutcome? Apply(QueueTurn turn) => new(turn.AddWatcher(Watcher));
}

/// <summary>What <see cref="Watch"/> answers.</summary>
/// <param name="Watching">Whether the replica is noted; false: as many others watch as may.</param>
public sealed record WatchOutcome(bool Watching);

/// <summary>Notes that nobody watches a device on a replica any more.</summary>
/// <param name="Watcher">The replica.</param>
public sealed record Unwatch(ReplicaBoot Watcher) : QueueOperation<UnwatchOutcome>
{
    internal override UnwatchOutcome? Apply(QueueTurn turn) => new(turn.RemoveWatcher(Watcher));
}

/// <summary>What <see cref="Unwatch"/> answers.</summary>
/// <param name="Watched">Whether it was noted.</param>
public sealed record UnwatchOutcome(bool Watched);
