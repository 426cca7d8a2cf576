using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>SIGTERM.</summary>
public class GracefulStopTests : DeploymentTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Server_UnderLongPolls_AnswersThemAndEnds_HistoryIsComplete()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run();
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var done = await alice.SendAsync(session, "system_info", new { });
        await alice.UntilAsync(session, done, "completed");
        using var other = new DeviceClient(server.Url);
        await other.RegisterAsync("pi-2", await alice.ProvisionAsync("pi-2"));
        var polls = Enumerable.Range(0, 5).Select(_ => other.ClaimAsync(waitMs: 20_000)).ToArray();
        await device.Process.KillAsync();
        var waiting = await alice.SendAsync(session, "disk_usage", new { });

        server.Process.Terminate();

        Assert.Equal(0, await server.Process.ExitAsync(StopLimit));
        Assert.All(await Task.WhenAll(polls), Assert.Empty);
        Assert.DoesNotContain("   at ", server.Process.Output + server.Process.Errors, StringComparison.Ordinal);
        await server.StartAsync();
        var commands = await alice.CommandsAsync(session);
        Assert.Equal("completed", commands[done].GetProperty("status").GetString());
        Assert.Contains(commands[waiting].GetProperty("status").GetString(), new[] { "queued", "claimed" });
    }

    [Fact]
    public async Task Agent_WhileItWorks_FinishesAndReports()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--transport", "rest", "--scripts", scripts.Folder, "--grace", "60");
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var running = await alice.SendAsync(session, "run_script", new { name = "hold" });
        var left = await alice.SendAsync(session, "run_script", new { name = "append", args = new[] { "left" } });
        await scripts.DidAsync("begin");

        device.Process.Terminate();
        await Wait.UntilAsync("the agent to say that it stops", () => device.Process.Errors.Contains("stop", StringComparison.OrdinalIgnoreCase));
        scripts.Release();

        Assert.Equal(0, await device.Process.ExitAsync());
        await alice.UntilAsync(session, running, "completed");
        await alice.UntilAsync(session, left, "queued");
        Assert.Equal(["begin", "end"], scripts.Done);
    }
}
