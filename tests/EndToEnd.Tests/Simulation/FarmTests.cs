using System.Text.RegularExpressions;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Simulation;

/// <summary>A simulated farm against the built server, as its operator runs it.</summary>
public sealed partial class FarmTests
{
    [Fact]
    public async Task Simulate_NodesDropAndReturnAndTheServerIsKilled_EveryTaskEndsOnce()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        var farm = Start(bench, server, OrchestratorClient.NodeToken, "--nodes", "5", "--devices", "5", "--tasks", "150", "--rate", "40", "--quick");
        await Wait.UntilAsync("the farm to work", () => farm.Output.Contains("Sending", StringComparison.Ordinal));
        await server.Process.KillAsync();
        await server.StartAsync();

        Assert.Equal(0, await farm.ExitAsync(TimeSpan.FromSeconds(120)));
        Assert.Contains("HELD: every task ended once (150 tasks", farm.Output, StringComparison.Ordinal);
        // All five at the kill, and some by their own faults.
        Assert.InRange(int.Parse(Reopened().Match(farm.Output).Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture), 5, 1_000);
    }

    [Fact]
    public async Task Simulate_WrongNodeToken_SaysSoAndEnds()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        var farm = Start(bench, server, OrchestratorClient.AdminToken, "--nodes", "2", "--devices", "1", "--tasks", "1");

        Assert.Equal(1, await farm.ExitAsync());
        Assert.Contains("the token is not the nodes'", farm.Errors, StringComparison.Ordinal);
    }

    private static ProgramProcess Start(Bench bench, GatewayServer server, string token, params IEnumerable<string> options) => bench.Start(
        "node simulate", BuiltProgram.Agent, ["node", "simulate", "--server", server.Url, .. options],
        new Dictionary<string, string?> { ["ORCH_ADMIN_TOKEN"] = OrchestratorClient.AdminToken, ["ORCH_NODE_TOKEN"] = token });

    [GeneratedRegex(@"sockets opened again\s+(?<count>\d+)")]
    private static partial Regex Reopened();
}
