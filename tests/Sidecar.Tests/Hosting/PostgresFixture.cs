using System.Globalization;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>One Postgres for all suites, started by the first that needs it. Each gets databases of its own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> server = new(() => PostgresServer.StartAsync());

    /// <summary>An empty database.</summary>
    public async Task<PostgresDatabase> CreateAsync() => new(await (await server.Value).CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await server.Value).DisposeAsync();
    }
}

/// <summary>A database for a component, and what a test looks up in it without one.</summary>
public sealed class PostgresDatabase(string connectionString)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>How a component reaches it.</summary>
    public string ForDapr { get; } = Describe(new NpgsqlConnectionStringBuilder(connectionString));

    /// <summary>A component on it.</summary>
    public string Component(string version = "v2", params (string Name, string Value)[] metadata) =>
        TestSidecar.Component("store", "state.postgresql", "", [("connectionString", ForDapr), .. metadata])
            .Replace("version: v1", "version: " + version, StringComparison.Ordinal);

    /// <summary>The rows of an answer, their columns joined by a bar.</summary>
    public async Task<List<string>> QueryAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount)
                .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    /// <summary>Asks until the answer is this one row.</summary>
    public async Task WaitForAsync(string row, string sql)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (await QueryAsync(sql) is not [var answer] || answer != row) await Task.Delay(Poll, TimeProvider.System, limit.Token);
    }

    /// <summary>A connection of the test's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static string Describe(NpgsqlConnectionStringBuilder database) =>
        string.Create(CultureInfo.InvariantCulture, $"host={database.Host} port={database.Port} user={database.Username} dbname={database.Database}");
}
