using System.Globalization;
using Gateway.Sidecar.Components;
using Npgsql;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// Makes the tables, or brings those of an older daprd up to date. As with daprd, whoever holds the row <c>lock</c> of the metadata table
/// does it, and a row counts the steps that are done, so that sidecars of both kinds may start at the same time.
/// </summary>
internal static class PostgresSchema
{
    // Two that make the same table at the same time: one is refused, and the table is there.
    private const int Attempts = 3;

    /// <exception cref="ComponentException">The table is of a later version than is known here.</exception>
    public static async Task PrepareAsync(NpgsqlDataSource source, PostgresTable table, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(connection, null, $"CREATE TABLE IF NOT EXISTS {table.MetadataTable} (key text NOT NULL PRIMARY KEY, value text NOT NULL)", cancellationToken);
                break;
            }
            catch (PostgresException error) when (attempt < Attempts && error.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable)
            {
                // The other one was faster.
            }
        }

        await RunAsync(connection, null, $"INSERT INTO {table.MetadataTable} (key, value) VALUES ('lock', 'lock') ON CONFLICT (key) DO NOTHING", cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, transaction, $"SELECT value FROM {table.MetadataTable} WHERE key = 'lock' FOR UPDATE", cancellationToken);
        int done = await VersionAsync(connection, transaction, table, cancellationToken);
        IReadOnlyList<string> migrations = table.Migrations;
        if (done == migrations.Count) return;
        foreach (string migration in migrations.Skip(done)) await RunAsync(connection, transaction, migration, cancellationToken);
        await using var update = new NpgsqlCommand(
            $"INSERT INTO {table.MetadataTable} (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", connection, transaction)
        {
            Parameters = { new() { Value = table.MigrationsKey }, new() { Value = migrations.Count.ToString(CultureInfo.InvariantCulture) } },
        };
        await update.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<int> VersionAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PostgresTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT value FROM {table.MetadataTable} WHERE key = $1", connection, transaction)
        {
            Parameters = { new() { Value = table.MigrationsKey } },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is not string text) return 0;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            throw new ComponentException($"invalid migration level found in metadata table: {text}");
        return version <= table.Migrations.Count
            ? version
            : throw new ComponentException($"the table {table.Name} has schema version {version}, and only those up to {table.Migrations.Count} are known");
    }

    private static async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
