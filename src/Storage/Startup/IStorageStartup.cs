namespace Gateway.Storage;

/// <summary>Brings the store to this program's schema before anything else uses it.</summary>
public interface IStorageStartup
{
    /// <summary>
    /// Applies the numbered migrations that are missing, under a lock: any number of processes may call it at once.
    /// Throws <see cref="StorageStartException"/> when the store cannot be reached or opened, is of a newer program that this one cannot work beside,
    /// or an applied migration is not the one that this program has.
    /// </summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Waits until somebody else has applied them all (the command <c>migrate</c>, on Kubernetes a job) and changes nothing. Throws as
    /// <see cref="MigrateAsync"/> does.
    /// </summary>
    Task WaitAsync(CancellationToken cancellationToken);
}
