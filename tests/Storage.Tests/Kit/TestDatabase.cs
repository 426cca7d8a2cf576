using System.Data.Common;
using System.Text.Json;

namespace Gateway.Storage.Tests.Kit;

/// <summary>An empty database of a test's own.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>Points a store at it.</summary>
    public abstract void Configure(StorageOptions options);

    /// <summary>Runs a statement beside the store.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What a query answers beside the store: each row as its columns' names and values in the order of the names, in no order of the rows.</summary>
    public async Task<List<string>> ReadAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var columns = Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)}={(reader.IsDBNull(i) ? "null" : JsonSerializer.Serialize(reader.GetValue(i)))}");
            rows.Add(string.Join(' ', columns.Order(StringComparer.Ordinal)));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    public abstract ValueTask DisposeAsync();

    protected abstract DbConnection Connect();
}

/// <summary>Where a suite gets its databases from: it runs the same on each.</summary>
public interface ITestDatabases
{
    Task<TestDatabase> CreateAsync();
}
