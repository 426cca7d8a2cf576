using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>The program's command for operators who migrate apart from the replicas' starts.</summary>
public sealed class MigrateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_OnPostgres_EndsWithTheSchemaThere_AgainWithNothingToDo()
    {
        await using var bench = new Bench();
        await using var postgres = await PostgresServer.StartAsync(Token);
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Gateway"] = await postgres.CreateDatabaseAsync(Token) };

        for (var run = 0; run < 2; run++)
        {
            var migrate = bench.Start("migrate", BuiltProgram.Api, ["migrate"], settings);
            Assert.Equal((0, ""), (await migrate.ExitAsync(), migrate.Errors));
            Assert.Contains("The relational store is of this version.", migrate.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>As on Kubernetes, where the job and the replicas start at once.</summary>
    [Fact]
    public async Task Server_ThatDoesNotMigrate_WaitsForTheCommand()
    {
        await using var bench = new Bench();
        await using var postgres = await PostgresServer.StartAsync(Token);
        var server = GatewayServer.Prepare(bench, new Dictionary<string, string?>
        {
            ["ConnectionStrings__Gateway"] = await postgres.CreateDatabaseAsync(Token),
            ["Gateway__Storage__Migrate"] = "false",
        });
        var waiting = server.Launch();
        await Wait.UntilAsync("the server to wait", () => waiting.Output.Contains("the start waits until they are applied", StringComparison.Ordinal));

        var migrate = bench.Start("migrate", BuiltProgram.Api, ["migrate"], server.Settings);
        Assert.Equal(0, await migrate.ExitAsync());

        using var http = new HttpClient();
        await Wait.UntilAsync("the server to be ready", async () =>
        {
            try
            {
                using var ready = await http.GetAsync(new Uri($"{server.Url}/readyz"), Token);
                return ready.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Migrate_StoreThatIsAway_SaysWhich()
    {
        await using var bench = new Bench();
        var migrate = bench.Start("migrate", BuiltProgram.Api, ["migrate"], new Dictionary<string, string?> { ["ConnectionStrings__Gateway"] = "Host=127.0.0.1;Port=1;Database=fleet;Password=hush" });
        Assert.Equal(1, await migrate.ExitAsync());
        Assert.StartsWith("gateway: Postgres at 127.0.0.1:1, database fleet", migrate.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", migrate.Errors, StringComparison.Ordinal);
    }
}
