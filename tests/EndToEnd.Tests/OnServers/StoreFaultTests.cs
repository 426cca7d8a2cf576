using System.Net;
using System.Text.Json;
using Gateway.Core.Verification;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.OnServers;

/// <summary>Stores that fall silent under a working fleet: what must wait answers 503 in the surface's format, and everything goes on by itself.</summary>
public class StoreFaultTests : DeploymentTests
{
    private static readonly Dictionary<string, string?> NoLimits = new()
    {
        ["Gateway__RateLimits__DevicePerMinute"] = "0",
        ["Gateway__RateLimits__CustomerPerMinute"] = "0",
    };

    /// <summary>Whether an enqueue needs Redis.</summary>
    private protected virtual bool AreQueuesInRedis => true;

    [Fact]
    public async Task Redis_PausedFor20Seconds_EnqueueAnswers503AndTheFleetHolds()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench, NoLimits);
        using var alice = await server.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var (simulation, log) = await StartFleetAsync(bench, server);

        await bench.Redis!.PauseAsync();
        var paused = Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        if (AreQueuesInRedis)
        {
            await Is503Async(alice, session);
            Assert.False((await ReadyAsync(server)).GetProperty("checks").GetProperty("redis").GetBoolean());
        }
        else
        {
            await alice.SendAsync(session, "system_info", new { });
        }

        await paused;
        await bench.Redis.ResumeAsync();

        await HeldAsync(simulation, log);
        await alice.SendAsync(session, "system_info", new { });
    }

    [Fact]
    public async Task Postgres_Restarted_TheFleetHolds()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench, NoLimits);
        var (simulation, log) = await StartFleetAsync(bench, server);

        await bench.Postgres!.KillAsync();
        await Wait.UntilAsync("the server to say so", async () => !(await ReadyAsync(server)).GetProperty("checks").GetProperty("database").GetBoolean());
        await bench.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);

        await HeldAsync(simulation, log);
        Assert.True((await ReadyAsync(server)).GetProperty("ready").GetBoolean());
    }

    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.redis");

    private static async Task<(ProgramProcess Simulation, string Log)> StartFleetAsync(Bench bench, GatewayServer server)
    {
        var log = Path.Combine(bench.Folder, "log.jsonl");
        var simulation = bench.Start("simulate", BuiltProgram.Agent, [
            "simulate", "--server", server.Url, "--devices", "8", "--rate", "12", "--seed", "7", "--duration", "8", "--data", server.DataPath, "--log", log,
        ]);
        await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
        return (simulation, log);
    }

    private static async Task HeldAsync(ProgramProcess simulation, string log)
    {
        Assert.Equal(0, await simulation.ExitAsync(TimeSpan.FromSeconds(150)));
        var verdict = HistoryChecker.Check(ObservationLog.Read(File.ReadLines(log)), new CheckOptions { Drained = true });
        Assert.True(verdict.Held, simulation.Output);
    }

    private static async Task Is503Async(CustomerClient customer, string session)
    {
        var answer = await customer.PostAsync($"sessions/{session}/commands", new { type = "system_info" }, HttpStatusCode.ServiceUnavailable);
        Assert.Equal("SERVICE_UNAVAILABLE", answer.GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<JsonElement> ReadyAsync(GatewayServer server)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await http.GetAsync(new Uri($"{server.Url}/readyz"), TestContext.Current.CancellationToken);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
