using System.Data.Common;
using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Gateway.Storage.Tests.Kit;

/// <summary>One Postgres for all suites, started by the first test that needs it; each test gets a database of its own.</summary>
public sealed class PostgresDatabases : ITestDatabases, IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> server = new(() => PostgresServer.StartAsync());

    public async Task<TestDatabase> CreateAsync()
    {
        var postgres = await server.Value;
        return new PostgresTestDatabase(postgres, await postgres.CreateDatabaseAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await server.Value).DisposeAsync();
    }
}

/// <summary>One database of the server.</summary>
internal sealed class PostgresTestDatabase(PostgresServer server, string connectionString) : TestDatabase
{
    public override void Configure(StorageOptions options) => options.ConnectionString = connectionString;

    public override async ValueTask DisposeAsync() => await server.DropDatabaseAsync(connectionString);

    protected override DbConnection Connect() => new NpgsqlConnection(connectionString + ";Pooling=false");
}
