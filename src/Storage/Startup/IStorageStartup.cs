namespace Gateway.Storage;

/// <summary>Brings the store to this program's schema before anything else uses it.</summary>
public interface IStorageStartup
{
    /// <summary>
    /// Applies the numbered migrations that are missing, under a lock: any number of processes may call it at once.
    /// Throws <see cref="StorageStartException"/> when the store cannot be reached or opened, is of a newer program,
    /// or an applied migration is not the one that this program has.
    /// </summary>
    Task MigrateAsync(CancellationToken cancellationToken);
}
