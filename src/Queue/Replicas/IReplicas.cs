using Gateway.Core.Queue;

namespace Gateway.Queue.Replicas;

/// <summary>
/// Which runs of which replicas are alive: each renews one document of its own every few seconds, for all that it holds at once (DESIGN,
/// "Channels"). Thread-safe.
/// </summary>
public interface IReplicas
{
    /// <summary>This replica's id; null: it has none yet.</summary>
    string? Id { get; }

    /// <summary>This run of this replica; null: the others cannot see yet that it is alive.</summary>
    ReplicaBoot? Self { get; }

    /// <summary>
    /// This run of this replica, once the others can see that it is alive: what is attached or watched in its name before would count as a dead
    /// one's. Waits while the state store cannot be reached.
    /// </summary>
    ValueTask<ReplicaBoot> SelfAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Which of these are dead: replaced by a later run, or without a sign of life for 15 seconds. What another replica's document says is kept for 5
    /// seconds. One of which nothing can be read counts as alive, and so does this run itself.
    /// </summary>
    ValueTask<IReadOnlyCollection<ReplicaBoot>> FindGoneAsync(IReadOnlyCollection<ReplicaBoot> named, CancellationToken cancellationToken);
}
