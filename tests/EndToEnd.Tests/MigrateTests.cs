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
