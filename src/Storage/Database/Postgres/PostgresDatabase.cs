using System.Data.Common;
using System.Net.Sockets;
using Gateway.Storage.Migrations;
using Npgsql;

namespace Gateway.Storage.Database.Postgres;

/// <summary>Postgres by Npgsql: one pooled data source, statements of one call in one round trip.</summary>
internal sealed class PostgresDatabase(NpgsqlDataSource source) : GatewayDatabase
{
    /// <summary>How often a call is tried in all. More than one replica rarely meets the same deadlock thrice.</summary>
    private const int MaxTries = 4;

    /// <summary>The key of the lock that migrations run under; any constant that no other program takes ("gateway" in ASCII).</summary>
    private const long MigrationLock = 0x67617465776179;

    private static readonly IReadOnlyList<Migration> Migrations = Migration.Load("Postgres");

    public override Rows Rows<T>(IReadOnlyCollection<T> rows, params ReadOnlySpan<Column<T>> columns)
    {
        var arguments = new string[columns.Length];
        var names = new string[columns.Length];
        var parameters = new Parameter[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = columns[i];
            names[i] = column.Name;
            arguments[i] = $"@r_{column.Name}::{(column.Text is null ? "bigint" : "text")}[]";
            parameters[i] = new("r_" + column.Name, column.Text is not null ? Values(rows, column.Text) : Values(rows, column.Number!));
        }

        return new($"unnest({string.Join(", ", arguments)}) as r({string.Join(", ", names)})", parameters);
    }

    public override Task<List<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        ChangeAsync(statement, read, Repeat.Safe, cancellationToken);

    public override Task<List<T>> ChangeAsync<T>(
        Statement statement, Func<DbDataReader, T> read, Repeat repeat, CancellationToken cancellationToken) =>
        RunAsync(repeat, async token =>
        {
            await using var command = source.CreateCommand(statement.Text);
            Bind(command.Parameters, statement);
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<T>();
            while (await reader.ReadAsync(token)) rows.Add(read(reader));
            return rows;
        }, cancellationToken);

    /// <remarks>A batch outside a transaction is one transaction of its own, in one round trip.</remarks>
    public override Task<long> ExecuteAsync(IReadOnlyList<Statement> statements, Repeat repeat, CancellationToken cancellationToken) =>
        RunAsync(repeat, async token =>
        {
            await using var batch = source.CreateBatch();
            foreach (var statement in statements)
            {
                var command = new NpgsqlBatchCommand(statement.Text);
                Bind(command.Parameters, statement);
                batch.BatchCommands.Add(command);
            }

            return (long)await batch.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    public override async Task MigrateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            // The lock belongs to the transaction, so it also works behind a pooler that shares connections between transactions.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, new Statement("select pg_advisory_xact_lock(@key)", ("key", MigrationLock)), cancellationToken);
            await ExecuteAsync(connection, new Statement(MigrationTable.Create), cancellationToken);
            var applied = new List<AppliedMigration>();
            await using (var command = new NpgsqlCommand(MigrationTable.Select, connection))
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken)) applied.Add(MigrationTable.Read(reader));
            }

            foreach (var migration in Migration.Pending(Migrations, applied, $"The database {connection.Database}"))
            {
                await ExecuteAsync(connection, new Statement(migration.Sql), cancellationToken);
                await ExecuteAsync(connection, MigrationTable.Insert(migration, now), cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException)
        {
            throw new StorageStartException(PostgresErrors.StartMessage(e, source), e);
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private static async Task ExecuteAsync(NpgsqlConnection connection, Statement statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement.Text, connection);
        command.CommandTimeout = 0; // Another replica may hold the lock for as long as its migrations take.
        Bind(command.Parameters, statement);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T> RunAsync<T>(Repeat repeat, Func<CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await run(cancellationToken);
            }
            catch (NpgsqlException e) when (tries < MaxTries && PostgresErrors.MayRepeat(e, repeat))
            {
                // A deadlock's loser goes on at once; a broken pooled connection is replaced by the next try.
            }
            catch (Exception e) when (PostgresErrors.IsUnavailable(e))
            {
                throw new StorageUnavailableException("The relational store does not answer.", e);
            }
        }
    }

    private static void Bind(NpgsqlParameterCollection parameters, Statement statement)
    {
        foreach (var parameter in statement.Parameters)
            parameters.Add(new NpgsqlParameter(parameter.Name, parameter.Value ?? DBNull.Value));
    }

    private static TValue[] Values<T, TValue>(IReadOnlyCollection<T> rows, Func<T, TValue> value)
    {
        var values = new TValue[rows.Count];
        var i = 0;
        foreach (var row in rows) values[i++] = value(row);
        return values;
    }
}
