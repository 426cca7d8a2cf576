using Gateway.Core.History;
using Gateway.Storage.Database;
using Gateway.Storage.History;
using Gateway.Storage.Migrations;

namespace Gateway.Storage.Backup;

/// <summary>
/// Backups by one transaction each. A store is filled at the backup's own schema and brought up to date afterwards, so that migrations
/// which change data see the backup's too; what the queues still hold is written last, as this program writes it.
/// </summary>
internal sealed class StoreBackup(GatewayDatabase database, TimeProvider time) : IStoreBackup
{
    /// <summary>The most rows of one statement, and of the texts in it in UTF-16 units: each takes that much memory a few times over.</summary>
    private const int BatchRows = 500, BatchText = 1 << 20;

    public Task<IStoreSnapshot> OpenAsync(CancellationToken cancellationToken) => ExplainAsync<IStoreSnapshot>(async () =>
    {
        var transaction = await database.BeginAsync(forWriting: false, cancellationToken);
        try
        {
            if ((await database.BackupSql.ColumnsAsync(transaction, "schema_migrations", cancellationToken)).Count == 0)
                throw new StorageStartException($"{database.Name} has no data of Gateway.");
            var applied = await transaction.QueryAsync(new Statement(MigrationTable.Select), MigrationTable.Read, cancellationToken);
            Migration.Pending(database.Migrations, applied, database.Name);
            return new StoreSnapshot(database, transaction, applied.Count);
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    });

    public Task CheckTargetAsync(int schema, CancellationToken cancellationToken) => ExplainAsync(async () =>
    {
        await using var transaction = await database.BeginAsync(forWriting: true, cancellationToken);
        await PrepareAsync(transaction, schema, cancellationToken);
        return true;
    });

    public Task ImportAsync(
        int schema, IAsyncEnumerable<StoreRow> rows, IAsyncEnumerable<DeviceEvents> events, CancellationToken cancellationToken) => ExplainAsync(async () =>
    {
        await using var transaction = await database.BeginAsync(forWriting: true, cancellationToken);
        var tables = await PrepareAsync(transaction, schema, cancellationToken);
        await InsertAsync(transaction, tables, rows, cancellationToken);
        foreach (var (table, columns) in tables)
        {
            foreach (var column in columns.Where(column => column.IsNumbered))
                if (database.BackupSql.GoOnBehind(table, column.Name) is { } statement) await transaction.ExecuteAsync(statement, cancellationToken);
        }

        await Migrator.ApplyAsync(transaction, database, int.MaxValue, time.GetUtcNow(), cancellationToken);
        await foreach (var run in events.WithCancellation(cancellationToken))
            foreach (var statement in CommandHistory.Statements(database, [run])) await transaction.ExecuteAsync(statement, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    });

    /// <summary>Makes the tables of a schema and sees that they are empty and stay so; answers their columns.</summary>
    private async Task<Dictionary<string, IReadOnlyList<TableColumn>>> PrepareAsync(
        DatabaseTransaction transaction, int schema, CancellationToken cancellationToken)
    {
        if (schema > database.Migrations.Count)
            throw new StorageStartException($"The backup has schema {schema}, and this program knows only {database.Migrations.Count}: import it with a newer version of Gateway.");
        var version = await Migrator.ApplyAsync(transaction, database, schema, time.GetUtcNow(), cancellationToken);
        if (version > schema)
        {
            throw new StorageStartException(
                $"{database.Name} has schema {version} already and the backup has {schema}: give the import a database without tables, so that it can make them as they were and bring them up to date.");
        }

        var tables = new Dictionary<string, IReadOnlyList<TableColumn>>();
        foreach (var table in StoreTables.Kept)
            if (await database.BackupSql.ColumnsAsync(transaction, table, cancellationToken) is { Count: > 0 } columns) tables.Add(table, columns);
        if (database.BackupSql.Lock(tables.Keys) is { } statement) await transaction.ExecuteAsync(statement, cancellationToken);
        foreach (var table in tables.Keys)
        {
            if ((await transaction.QueryAsync(new Statement($"select 1 from {table} limit 1"), row => row.GetInt32(0), cancellationToken)).Count > 0)
                throw new StorageStartException($"{database.Name} is not empty, {table} has rows: an import needs an empty deployment.");
        }

        return tables;
    }

    private async Task InsertAsync(
        DatabaseTransaction transaction, Dictionary<string, IReadOnlyList<TableColumn>> tables, IAsyncEnumerable<StoreRow> rows, CancellationToken cancellationToken)
    {
        var batch = new List<StoreRow>();
        var text = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (batch.Count >= BatchRows || text >= BatchText || (batch.Count > 0 && batch[0].Table != row.Table)) await FlushAsync();
            batch.Add(row);
            text += row.Values.Values.Sum(value => (value as string)?.Length ?? 0);
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            if (batch.Count == 0) return;
            await transaction.ExecuteAsync(Insert(tables, batch), cancellationToken);
            batch.Clear();
            text = 0;
        }
    }

    private Statement Insert(Dictionary<string, IReadOnlyList<TableColumn>> tables, List<StoreRow> batch)
    {
        var table = batch[0].Table;
        if (!tables.TryGetValue(table, out var columns)) throw new InvalidDataException($"The backup has rows of a table {table}, which its schema does not have.");
        foreach (var name in batch.SelectMany(row => row.Values.Keys).Distinct().Except(columns.Select(column => column.Name)))
            throw new InvalidDataException($"The backup has a column {name} of {table}, which its schema does not have.");
        var rows = database.Rows(batch, [.. columns.Select(column => column.IsText
            ? Column<StoreRow>.OfText(column.Name, row => Value<string>(row, column.Name))
            : Column<StoreRow>.OfNumber(column.Name, row => Value<long?>(row, column.Name)))]);
        var names = string.Join(", ", columns.Select(column => column.Name));
        return new($"insert into {table} ({names}) {database.BackupSql.TakesNumbers} select {names} from {rows.Source}", rows.Parameters);
    }

    private static T? Value<T>(StoreRow row, string column) => row.Values.GetValueOrDefault(column) switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidDataException($"The backup has {other} in the column {column} of {row.Table}, which holds something else."),
    };

    private async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (database.StartError(e) is { } error)
        {
            throw error;
        }
    }
}
