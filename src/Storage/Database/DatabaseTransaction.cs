using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Gateway.Storage.Database;

/// <summary>
/// A transaction on a connection of its own, for what takes many statements: migrations, backups. Not thread-safe; errors are the
/// driver's own. Disposing without a commit rolls it back.
/// </summary>
internal sealed class DatabaseTransaction(DbConnection connection, DbTransaction transaction, int? timeout) : IAsyncDisposable
{
    /// <summary>Runs a statement; answers how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(Statement statement, CancellationToken cancellationToken)
    {
        await using var command = Command(statement);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a statement and answers its rows.</summary>
    public async Task<List<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await foreach (var row in StreamAsync(statement, read, cancellationToken)) rows.Add(row);
        return rows;
    }

    /// <summary>Runs a statement and hands out its rows as they come; no other statement meanwhile.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        Statement statement, Func<DbDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command(statement);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return read(reader);
    }

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private DbCommand Command(Statement statement)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement.Text;
        if (timeout is { } seconds) command.CommandTimeout = seconds;
        foreach (var (name, value) in statement.Parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
