using System.Collections.Immutable;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Queue;

/// <summary>
/// The command queues of all devices, kept in the Dapr state store (DESIGN, "The command queue"). Any replica may work on any
/// device: the head's etag decides. Thread-safe.
/// </summary>
/// <exception cref="QueueUnavailableException">Every member: the state store or history cannot be reached, or too many others work on the same device. Whether the operation took effect is then not known; operations with an idempotency key or a claim token may be tried again.</exception>
public interface ICommandQueue
{
    /// <summary>Applies one operation. When it returns, what it did is durable; what it answered holds for the state in the store, not only for a cached one.</summary>
    /// <param name="deviceId">The device, a valid id (<see cref="Core.Ids.DeviceIds"/>).</param>
    /// <param name="operation">The operation.</param>
    /// <param name="cancellationToken">Stops waiting; an operation that is already being committed is not undone.</param>
    Task<TOutcome> ExecuteAsync<TOutcome>(string deviceId, QueueOperation<TOutcome> operation, CancellationToken cancellationToken)
        where TOutcome : class;

    /// <summary>Claims, and when there is nothing to claim waits until there is. Holds nothing while it waits.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="claim">Makes the claim; called again with fresh tokens for every attempt.</param>
    /// <param name="wait">How long to wait at most; zero: not at all.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was granted by then is answered all the same.</param>
    Task<ClaimOutcome> ClaimAsync(string deviceId, Func<ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>
    /// The claims that a connection holds by the head that this replica last saw, in the order in which to run them; empty when another connection
    /// is attached. Costs no round trip, unless a large payload has to be read that is not at hand.
    /// </summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="connection">The connection's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<ImmutableArray<ClaimedCommand>> ReadClaimsAsync(string deviceId, string connection, CancellationToken cancellationToken);

    /// <summary>The head as this replica last saw it, read again when that is longer ago than <paramref name="maxAge"/>.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="maxAge">How long ago it may have been the stored one; zero: it is read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<QueueHead> ReadHeadAsync(string deviceId, TimeSpan maxAge, CancellationToken cancellationToken);

    /// <summary>How many commands wait for the device, from the head that this replica last saw: a hint that costs a read at most once a minute.</summary>
    Task<int> CountWaitingAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>Reads the head and sees to it that history has every event in it, so that a read of history right after shows everything that was answered before.</summary>
    Task<QueueHead> FlushAsync(string deviceId, CancellationToken cancellationToken);
}

/// <summary>The queue cannot work now; nothing is lost. Surfaces answer 503.</summary>
public sealed class QueueUnavailableException : Exception
{
    /// <summary>With a message for the log.</summary>
    public QueueUnavailableException(string message) : base(message)
    {
    }

    /// <summary>With a message for the log and its cause.</summary>
    public QueueUnavailableException(string message, Exception cause) : base(message, cause)
    {
    }

    /// <summary>With a general message.</summary>
    public QueueUnavailableException() : base("The queue is not available.")
    {
    }
}
