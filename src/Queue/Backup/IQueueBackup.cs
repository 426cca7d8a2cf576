namespace Gateway.Queue.Backup;

/// <summary>Queues out of the state store and into another one, by Dapr's state API alone, whatever the component.</summary>
public interface IQueueBackup
{
    /// <summary>The key that the state store has from an import's beginning to its completion. No replica is ready while it is there.</summary>
    const string UnderWayKey = "gateway-import";

    /// <summary>
    /// Reads the queues of devices, those that have one: for each its documents, then the head that names them. A queue that is changed
    /// meanwhile is as it was at one moment; documents that only an earlier moment had may be among them.
    /// </summary>
    /// <exception cref="QueueUnavailableException">The state store cannot be read, or a queue changes faster than it is read.</exception>
    IAsyncEnumerable<QueuePart> ReadAsync(IReadOnlyList<string> deviceIds, CancellationToken cancellationToken);

    /// <summary>Checks that the state store could take queues of these devices: it has none of them, or this very import has begun before.</summary>
    /// <param name="importId">What tells this import from others.</param>
    /// <param name="deviceIds">The devices.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="QueueImportException">It could not; the message says why.</exception>
    /// <exception cref="QueueUnavailableException">The state store cannot be read.</exception>
    Task CheckTargetAsync(string importId, IAsyncEnumerable<string> deviceIds, CancellationToken cancellationToken);

    /// <summary>
    /// Writes queues of another deployment. Until <see cref="CompleteAsync"/> the state store says that this import is under way: the same one
    /// may begin anew, over what it has written before.
    /// </summary>
    /// <param name="importId">What tells this import from others.</param>
    /// <param name="parts">The queues.</param>
    /// <param name="cancellationToken">Cancels; what was written stays.</param>
    /// <exception cref="QueueImportException">Somebody else writes as well.</exception>
    /// <exception cref="QueueUnavailableException">The state store cannot be written.</exception>
    Task WriteAsync(string importId, IAsyncEnumerable<QueuePart> parts, CancellationToken cancellationToken);

    /// <summary>Says that the import is complete.</summary>
    /// <exception cref="QueueUnavailableException">The state store cannot be written.</exception>
    Task CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>The state store is not one to import into; the message is for the operator.</summary>
public sealed class QueueImportException(string message) : Exception(message);
