using Gateway.Core.Queue;

namespace Gateway.Queue.Observers;

/// <summary>Learns of what happened to devices that this replica watches (<see cref="Core.Queue.Operations.Watch"/>), whoever committed it. Register any number as singletons.</summary>
public interface IQueueEventObserver
{
    /// <summary>
    /// Events were committed. Best effort and in no order across replicas: <see cref="QueueEvent.Seq"/> tells what is old and where something is
    /// missing, which is then to be read (<see cref="ICommandQueue.FlushAsync"/>). Must not block and should not throw.
    /// </summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="events">The events in order, with their texts.</param>
    /// <param name="through">The number of the commit's last event; larger than that of the last of <paramref name="events"/> when they are too large for a notice and left out.</param>
    /// <param name="head">The head after the commit; null: another replica's, which has not been read.</param>
    void OnCommitted(string deviceId, IReadOnlyList<QueueEvent> events, long through, QueueHead? head);
}
