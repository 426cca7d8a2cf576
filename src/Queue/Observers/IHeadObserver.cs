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
    /// A head was seen. Heads of a device come one at a time and in order while its channel is here, the same one maybe twice; before that, and in
    /// rare moments, an earlier one may come after a later (<see cref="QueueHead.Revision"/> tells). Called while the next commit waits: it must
    /// not block and should not throw.
    /// </summary>
    void OnSeen(string deviceId, QueueHead head);
}
