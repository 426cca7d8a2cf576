namespace Gateway.Storage.ProtectionKeys;

/// <summary>
/// The keys by which a replica protects what it hands out, cookies for instance, and all replicas read it. They are kept as they are given.
/// Thread-safe. Members throw <see cref="StorageUnavailableException"/> when the store does not answer.
/// </summary>
public interface IProtectionKeys
{
    /// <summary>All keys, the oldest first.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a key.</summary>
    /// <param name="name">Its name; a key of that name stays as it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="at">When it was made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task AddAsync(string name, string key, DateTimeOffset at, CancellationToken cancellationToken);
}
