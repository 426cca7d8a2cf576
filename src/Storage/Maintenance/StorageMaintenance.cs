using Gateway.Storage.Database;
using Microsoft.Extensions.Options;

namespace Gateway.Storage.Maintenance;

/// <summary>Deletes by batches, each its own transaction, so that no writer waits long and a stop loses nothing.</summary>
internal sealed class StorageMaintenance(GatewayDatabase database, IOptions<StorageOptions> options, TimeProvider time) : IStorageMaintenance
{
    /// <summary>The most rows of one delete.</summary>
    internal const int BatchSize = 1000;

    public async Task<MaintenanceReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var history = now - options.Value.CommandRetention;
        var audit = now - options.Value.AuditRetention;
        return new(
            // The last event stays, as it says how far history has come.
            Events: await DeleteAsync("device_events", "device_id, seq",
                "at < @cutoff and seq < (select max(seq) from device_events newest where newest.device_id = t.device_id)", history, cancellationToken),
            Commands: await DeleteAsync("commands", "device_id, command_id", "ended_at < @cutoff", history, cancellationToken),
            // What has no command any more; written before its command's history, it is as old as that at least.
            OutputChunks: await DeleteAsync("command_output", "device_id, command_id, attempt, chunk",
                "at < @cutoff and not exists (select 1 from commands c where c.device_id = t.device_id and c.command_id = t.command_id)",
                history, cancellationToken),
            Sessions: await DeleteAsync("sessions", "id", "ended_at < @cutoff", history, cancellationToken),
            AuditEntries: await DeleteAsync("audit_log", "id", "at < @cutoff", audit, cancellationToken),
            Emergencies: await DeleteEmergenciesAsync(audit, cancellationToken),
            Tokens: await DeleteAsync("device_tokens", "token_hash", "expires_at < @cutoff", now, cancellationToken));
    }

    /// <summary>What belongs to them first: what is left of one does not outlive it.</summary>
    private async Task<long> DeleteEmergenciesAsync(DateTimeOffset cutoff, CancellationToken cancellationToken)
    {
        const string IsOld = "emergency_id in (select id from emergencies where requested_at < @cutoff)";
        await DeleteAsync("emergency_releases", "emergency_id, device_id, command_id", IsOld, cutoff, cancellationToken);
        await DeleteAsync("emergency_nodes", "emergency_id, node_id", IsOld, cutoff, cancellationToken);
        await DeleteAsync("emergency_replicas", "emergency_id, replica", IsOld, cutoff, cancellationToken);
        return await DeleteAsync("emergencies", "id", "requested_at < @cutoff", cutoff, cancellationToken);
    }

    private async Task<long> DeleteAsync(
        string table, string key, string where, DateTimeOffset cutoff, CancellationToken cancellationToken)
    {
        var statement = new Statement(
            $"delete from {table} where ({key}) in (select {key} from {table} t where {where} limit @limit)",
            ("cutoff", cutoff), ("limit", BatchSize));
        for (var total = 0L; ;)
        {
            var deleted = await database.ExecuteAsync([statement], Repeat.Safe, cancellationToken);
            total += deleted;
            if (deleted < BatchSize) return total;
        }
    }
}
