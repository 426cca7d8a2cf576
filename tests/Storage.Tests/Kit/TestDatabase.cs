using System.Data.Common;

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

    public abstract ValueTask DisposeAsync();

    protected abstract DbConnection Connect();
}

/// <summary>Where a suite gets its databases from: it runs the same on each.</summary>
public interface ITestDatabases
{
    Task<TestDatabase> CreateAsync();
}
