using Gateway.Core.Queue;

namespace Gateway.Queue.Observers;

/// <summary>
/// Learns of every head that this replica sees, by a commit of its own or by reading. What a head says is durable. Register any number as
/// singletons.
/// </summary>
/// <remarks>
/// Dispatch is derived from heads alone (docs/decisions/0008): whatever a head says that the connection named in it holds is to be sent over it,
/// once for each connection (<see cref="ICommandQueue.ReadClaimsAsync"/> has the texts), and a connection that a head has named and a later one
/// does not is to be closed. A notice that is lost only delays that: a replica looks at the head of every device whose channel it holds once in
/// <see cref="QueueOptions.LookAtChannels"/> by itself.
/// </remarks>
public interface IHeadObserver
{
    /// <summary>
    /// A head was seen. Of one device no earlier head comes after a later one (<see cref="QueueHead.Revision"/>) as long as its channel is here, and
    /// one call at a time; the same head may come twice. Called while the next commit waits: it must not block and should not throw.
    /// </summary>
    void OnSeen(string deviceId, QueueHead head);
}
