using System.Data.Common;
using System.Runtime.CompilerServices;
using Gateway.Storage.Database;

namespace Gateway.Storage.Backup;

/// <summary>Reads within one transaction.</summary>
internal sealed class StoreSnapshot(GatewayDatabase database, DatabaseTransaction transaction, int schema) : IStoreSnapshot
{
    public int Schema => schema;

    public async Task<IReadOnlyList<DeviceHistory>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
        await transaction.QueryAsync(
            new Statement(
                """
                select id, coalesce((select max(seq) from device_events e where e.device_id = d.id), 0)
                from devices d where id > @after order by id limit @limit
                """,
                ("after", afterId ?? ""), ("limit", limit)),
            row => new DeviceHistory(row.GetString(0), row.GetInt64(1)),
            cancellationToken);

    public async IAsyncEnumerable<StoreRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var table in StoreTables.Kept)
        {
            var columns = await database.BackupSql.ColumnsAsync(transaction, table, cancellationToken);
            if (columns.Count == 0) continue; // A table that this schema did not have yet.
            var statement = new Statement($"select {string.Join(", ", columns.Select(column => column.Name))} from {table}");
            await foreach (var row in transaction.StreamAsync(statement, row => Read(table, columns, row), cancellationToken)) yield return row;
        }
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();

    private static StoreRow Read(string table, IReadOnlyList<TableColumn> columns, DbDataReader row)
    {
        var values = new Dictionary<string, object?>(columns.Count);
        for (var i = 0; i < columns.Count; i++) values[columns[i].Name] = columns[i].IsText ? row.Text(i) : row.Number(i);
        return new(table, values);
    }
}
