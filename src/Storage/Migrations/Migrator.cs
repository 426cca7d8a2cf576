using Gateway.Storage.Database;

namespace Gateway.Storage.Migrations;

/// <summary>Applies migrations within a transaction that nobody else migrates in.</summary>
internal static class Migrator
{
    /// <summary>Applies what is missing up to a version, and answers the version that the database has then.</summary>
    /// <param name="transaction">A transaction for writing.</param>
    /// <param name="database">Whose it is.</param>
    /// <param name="upTo">The last version to apply.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels; nothing is committed here.</param>
    /// <exception cref="StorageStartException">The database is of a newer program, or an applied migration is another one.</exception>
    public static async Task<int> ApplyAsync(
        DatabaseTransaction transaction, GatewayDatabase database, int upTo, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(new Statement(MigrationTable.Create), cancellationToken);
        var applied = await transaction.QueryAsync(new Statement(MigrationTable.Select), MigrationTable.Read, cancellationToken);
        var version = applied.Count;
        foreach (var migration in Migration.Pending(database.Migrations, applied, database.Name).TakeWhile(migration => migration.Version <= upTo))
        {
            await transaction.ExecuteAsync(new Statement(migration.Sql), cancellationToken);
            await transaction.ExecuteAsync(MigrationTable.Insert(migration, now), cancellationToken);
            version = migration.Version;
        }

        return version;
    }
}
