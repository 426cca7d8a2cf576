using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Gateway.Storage.Backup;
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

    private static readonly IReadOnlyList<Migration> Known = Migration.Load("Postgres");

    public override string Name { get; } = NameOf(new NpgsqlConnectionStringBuilder(source.ConnectionString));

    public override IReadOnlyList<Migration> Migrations => Known;

    public override BackupSql BackupSql => PostgresBackupSql.Instance;

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

    public override async Task<DatabaseTransaction> BeginAsync(bool forWriting, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            var isolation = forWriting ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead;
            // No time limit: another replica may hold the lock for as long as its migrations take, and a backup takes what it takes.
            var transaction = new DatabaseTransaction(connection, await connection.BeginTransactionAsync(isolation, cancellationToken), timeout: 0);
            // The lock belongs to the transaction, so it also works behind a pooler that shares connections between transactions.
            if (forWriting) await transaction.ExecuteAsync(new Statement("select pg_advisory_xact_lock(@key)", ("key", MigrationLock)), cancellationToken);
            return transaction;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override StorageStartException? StartError(Exception e) =>
        e is NpgsqlException or SocketException ? new StorageStartException(PostgresErrors.StartMessage(e, source), e) : null;

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private static string NameOf(NpgsqlConnectionStringBuilder settings) => $"The database {settings.Database ?? settings.Username}";

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
