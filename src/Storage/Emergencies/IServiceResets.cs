namespace Gateway.Storage.Emergencies;

/// <summary>
/// Service resets as each program sees them that is to begin anew. Every member throws <see cref="StorageUnavailableException"/> when the store does not
/// answer, and may be called again then. Implementations are thread-safe.
/// </summary>
public interface IServiceResets
{
    /// <summary>A program is up: whatever it was to begin anew for, it has.</summary>
    Task NoteRestartedAsync(string replica, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The newest service reset that was asked for after a program's start, and for which it has not begun anew; null: none.</summary>
    Task<ServiceReset?> FindAsync(string replica, DateTimeOffset startedAt, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Notes that a program has seen a service reset, and is waited for.</summary>
    Task NoteSeenAsync(string id, string replica, string app, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A service reset.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsDue">
/// Whether it is time to begin anew: claims have been taken back and nodes been told, or that has taken longer than 30 seconds, as when a store is what is broken.
/// </param>
public sealed record ServiceReset(string Id, bool IsDue);
