using System.Globalization;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>
/// What was pushed to an agent, and waits for its turn there, when the agent ends: scripts, which must not run twice and would end as <c>unknown</c> if
/// they were left to the end of their claims.
/// </summary>
public class GiveBackTests : DeploymentTests
{
    private const int Waiting = 5;

    [Fact]
    public async Task Agent_ToldToStop_WhatHasNotBegunIsQueuedAtOnceAndRunsWhenItIsBack()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder, "--grace", "60");
        var (session, running, waiting) = await FillAsync(alice, device, scripts);

        device.Process.Terminate();

        // While the agent still lets the first one finish.
        foreach (var id in waiting) await alice.UntilAsync(session, id, "queued");
        Assert.Equal("claimed", (await alice.CommandAsync(session, running)).GetProperty("status").GetString());
        scripts.Release();
        Assert.Equal(0, await device.Process.ExitAsync());
        await alice.UntilAsync(session, running, "completed");
        Assert.Equal(["begin", "end"], scripts.Done);

        device.Run("--scripts", scripts.Folder);
        await RunOnceAsync(alice, session, waiting, scripts);
    }

    /// <summary>Nothing pushes to it any more, so what it gives back it knows from its files alone.</summary>
    [Fact]
    public async Task Agent_KilledAndBackByRequests_WhatHadNotBegunRunsAndIsNotCalledCutOff()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder);
        var (session, running, waiting) = await FillAsync(alice, device, scripts);

        await device.Process.KillAsync();
        device.Run("--transport", "rest", "--scripts", scripts.Folder);

        await RunOnceAsync(alice, session, waiting, scripts);
        // This one had begun, and nobody has a word on it.
        Assert.Equal("claimed", (await alice.CommandAsync(session, running)).GetProperty("status").GetString());
    }

    /// <summary>One that runs until it is released, and others that the agent holds meanwhile.</summary>
    private static async Task<(string Session, string Running, IReadOnlyList<string> Waiting)> FillAsync(
        CustomerClient customer, AgentDevice device, Scripts scripts)
    {
        await device.ConnectedAsync();
        var session = await customer.OpenSessionAsync(device.Id, "diagnostic");
        var running = await customer.SendAsync(session, "run_script", new { name = "hold" });
        await scripts.DidAsync("begin");
        var waiting = new List<string>();
        for (var i = 0; i < Waiting; i++)
        {
            var line = i.ToString(CultureInfo.InvariantCulture);
            waiting.Add(await customer.SendAsync(session, "run_script", new { name = "append", args = new[] { line } }));
        }

        await device.HoldsAsync(1 + Waiting);
        Assert.All(await customer.StatesAsync(session), state => Assert.Equal("claimed", state));
        return (session, running, waiting);
    }

    private static async Task RunOnceAsync(CustomerClient customer, string session, IReadOnlyList<string> waiting, Scripts scripts)
    {
        foreach (var id in waiting)
        {
            await customer.UntilAsync(session, id, "completed");
            Assert.Equal(2, (await customer.CommandAsync(session, id)).GetProperty("attempt").GetInt32());
        }

        Assert.Equal(["0", "1", "2", "3", "4"], scripts.Done.Where(line => line is not ("begin" or "end")));
    }
}
