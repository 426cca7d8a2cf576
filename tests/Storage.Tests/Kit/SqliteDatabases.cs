using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Tests.Kit;

/// <summary>SQLite files in temp folders.</summary>
public sealed class SqliteDatabases : ITestDatabases
{
    public static readonly SqliteDatabases Instance = new();

    public Task<TestDatabase> CreateAsync() => Task.FromResult<TestDatabase>(new SqliteTestDatabase());
}

/// <summary>The folder of one SQLite file.</summary>
internal sealed class SqliteTestDatabase : TestDatabase
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("gateway-storage-").FullName;

    public string File => Path.Combine(Folder, "gateway.db");

    public override void Configure(StorageOptions options) => options.DataPath = Folder;

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override DbConnection Connect()
    {
        SQLitePCL.Batteries_V2.Init();
        return new SqliteConnection($"Data Source={File};Pooling=False");
    }
}
