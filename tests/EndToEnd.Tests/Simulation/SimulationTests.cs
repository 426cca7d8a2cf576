using Gateway.Core.Verification;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Simulation;

/// <summary>A simulated fleet against the built server, as its operator runs it.</summary>
public class SimulationTests : DeploymentTests
{
    private static readonly Dictionary<string, string?> NoLimits = new()
    {
        ["Gateway__RateLimits__DevicePerMinute"] = "0",
        ["Gateway__RateLimits__CustomerPerMinute"] = "0",
    };

    [Fact]
    public async Task Simulate_ServerKilledInBetween_FindsNothingBrokenAndKeepsItsLog()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench, NoLimits);
        var log = Path.Combine(bench.Folder, "log.jsonl");
        var simulation = bench.Start("simulate", BuiltProgram.Agent, [
            "simulate", "--server", server.Url, "--devices", "12", "--rate", "20", "--seed", "7", "--duration", "6",
            "--data", server.DataPath, "--log", log,
        ]);
        await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
        await server.Process.KillAsync();
        await server.StartAsync();

        Assert.Equal(0, await simulation.ExitAsync(TimeSpan.FromSeconds(120)));
        Assert.Contains("HELD", simulation.Output, StringComparison.Ordinal);
        var verdict = HistoryChecker.Check(ObservationLog.Read(File.ReadLines(log)), new CheckOptions { Drained = true });
        Assert.True(verdict.Held);
        Assert.True(verdict.Commands > 100, $"Only {verdict.Commands} commands were sent.");
        Assert.DoesNotContain(verdict.Rules, rule => rule.Checked == 0 && rule.Rule != HistoryRule.InFlight);
    }

    [Fact]
    public async Task Simulate_OverSockets_ServerKilledInBetween_FindsNothingBroken()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench, NoLimits);
        var log = Path.Combine(bench.Folder, "log.jsonl");
        var simulation = bench.Start("simulate", BuiltProgram.Agent, [
            "simulate", "--transport", "ws", "--server", server.Url, "--devices", "12", "--rate", "20", "--seed", "7", "--duration", "6",
            "--data", server.DataPath, "--log", log,
        ]);
        await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
        await server.Process.KillAsync();
        await server.StartAsync();

        Assert.Equal(0, await simulation.ExitAsync(TimeSpan.FromSeconds(150)));
        var entries = ObservationLog.Read(File.ReadLines(log)).ToList();
        Assert.True(entries.OfType<PushSeen>().Count() > 100, simulation.Output);
        Assert.Contains(entries, entry => entry is LostSeen);
        var verdict = HistoryChecker.Check(entries, new CheckOptions { Drained = true });
        Assert.True(verdict.Held);
        Assert.True(verdict.Rules.Single(rule => rule.Rule == HistoryRule.InFlight).Checked > 0);
    }

    [Fact]
    public async Task Verify_OwnDeployment_EndsInAVerdictAndSuspendsItsDevices()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench);
        var verify = bench.Start("verify", BuiltProgram.Api, ["verify", "--url", server.Url, "--devices", "10", "--seconds", "5"], server.Settings);

        Assert.Equal(0, await verify.ExitAsync(TimeSpan.FromSeconds(120)));
        Assert.Contains("At most one live claim per command", verify.Output, StringComparison.Ordinal);
        Assert.Contains("HELD", verify.Output, StringComparison.Ordinal);
        using var customer = await server.CustomerAsync("verify");
        var devices = (await customer.GetAsync("devices")).GetProperty("devices").EnumerateArray().ToList();
        Assert.Equal(10, devices.Count);
        Assert.All(devices, device =>
        {
            Assert.StartsWith("verify-", device.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.Equal("suspended", device.GetProperty("lifecycle").GetString());
        });
    }
}
