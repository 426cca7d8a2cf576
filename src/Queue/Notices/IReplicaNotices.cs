namespace Gateway.Queue.Notices;

/// <summary>Tells other replicas. Thread-safe.</summary>
public interface IReplicaNotices
{
    /// <summary>
    /// Tells a replica, in bulk with what is told it at the same time; never waits, and what cannot be sent is dropped. Notices to one replica are
    /// sent in order, but may arrive in another. To this replica itself nothing is sent: who calls is here already.
    /// </summary>
    /// <param name="replica">The replica's id, as a head's channel or watchers name it.</param>
    /// <param name="notice">What to tell.</param>
    void Publish(string replica, ReplicaNotice notice);
}
