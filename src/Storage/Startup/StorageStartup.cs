using Gateway.Storage.Database;
using Microsoft.Extensions.Logging;

namespace Gateway.Storage;

/// <summary>Migrates by the database's own means, or looks until somebody has.</summary>
internal sealed class StorageStartup(GatewayDatabase database, TimeProvider time, ILogger<StorageStartup> logger) : IStorageStartup
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public Task MigrateAsync(CancellationToken cancellationToken) => database.MigrateAsync(time.GetUtcNow(), cancellationToken);

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (var told = false; await database.PendingAsync(cancellationToken) is { Count: > 0 } pending; told = true)
        {
            if (!told) StartupLog.SchemaAwaited(logger, database.Name, pending.Count);
            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }
}
