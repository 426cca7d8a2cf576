namespace Gateway.Storage.Maintenance;

/// <summary>Deletes what is past its retention. Any number of replicas may do so at once.</summary>
public interface IStorageMaintenance
{
    /// <summary>
    /// Deletes, in batches of bounded size: ended commands, their events and output, and ended sessions, older than <see cref="StorageOptions.CommandRetention"/>;
    /// audit entries and emergency actions older than <see cref="StorageOptions.AuditRetention"/>; expired device tokens. A device's last event always stays.
    /// Throws <see cref="StorageUnavailableException"/> when the store does not answer; what was deleted until then stays so.
    /// </summary>
    Task<MaintenanceReport> RunAsync(CancellationToken cancellationToken);
}

/// <summary>How many rows were deleted.</summary>
public sealed record MaintenanceReport(long Events, long Commands, long OutputChunks, long Sessions, long AuditEntries, long Emergencies, long Tokens);
