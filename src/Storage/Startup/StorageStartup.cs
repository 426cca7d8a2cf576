using Gateway.Storage.Database;

namespace Gateway.Storage;

/// <summary>Migrates by the database's own means.</summary>
internal sealed class StorageStartup(GatewayDatabase database, TimeProvider time) : IStorageStartup
{
    public Task MigrateAsync(CancellationToken cancellationToken) => database.MigrateAsync(time.GetUtcNow(), cancellationToken);
}
