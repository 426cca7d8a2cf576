using System.Data.Common;
using System.Globalization;
using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Gateway.Storage.Tests.Kit;

/// <summary>
/// One Postgres for all suites, started by the first test that needs it. Each test gets a schema of its own in one database, which is made
/// and dropped faster than a database.
/// </summary>
public sealed class PostgresDatabases : ITestDatabases, IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> server = new(() => PostgresServer.StartAsync());
    private int schemas;

    public async Task<TestDatabase> CreateAsync()
    {
        var schema = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref schemas)}");
        var database = new PostgresTestDatabase((await server.Value).ConnectionString + ";Search Path=" + schema, schema);
        await database.ExecuteAsync($"create schema {schema}");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await server.Value).DisposeAsync();
    }
}

/// <summary>A schema of the server's own database.</summary>
internal sealed class PostgresTestDatabase(string connectionString, string schema) : TestDatabase
{
    public override void Configure(StorageOptions options) => options.ConnectionString = connectionString;

    public override async ValueTask DisposeAsync() => await ExecuteAsync($"drop schema {schema} cascade");

    protected override DbConnection Connect() => new NpgsqlConnection(connectionString + ";Pooling=false");
}
