using Gateway.Core.Queue;

namespace Gateway.Queue.Heads;

/// <summary>Heads and their documents in a key-value store with etags. Any failure but a conflict is an exception.</summary>
internal interface IHeadStore
{
    /// <summary>Reads a head; an empty one without etag when the device has none.</summary>
    Task<StoredHead> LoadAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>Saves a head if the stored one still has the etag (empty: if there is none).</summary>
    /// <returns>False when another writer was faster, as far as the store knows.</returns>
    Task<bool> TrySaveAsync(string deviceId, QueueHead head, string etag, CancellationToken cancellationToken);

    /// <summary>Reads documents; those that are absent are left out.</summary>
    Task<IReadOnlyDictionary<string, QueueDocument>> ReadAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>Writes documents under fresh names.</summary>
    Task WriteAsync(string deviceId, IReadOnlyDictionary<string, QueueDocument> documents, CancellationToken cancellationToken);

    /// <summary>Deletes documents; absent ones are no error.</summary>
    Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}

/// <summary>A head and the etag under which it was read.</summary>
internal sealed record StoredHead(QueueHead Head, string Etag);
