using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>
/// <c>kill -9</c> of the agent while it works by requests: a claim lasts as long as it asked for. The sweeps are off and nobody asks for anything: what ends the claim is the reminder
/// of the device's actor alone.
/// </summary>
public class AgentCrashTests : DeploymentTests
{
    private static readonly string[] Sweeps = ["presence", "overdue", "heads"];

    [Fact]
    public async Task CommandThatMustNotRunTwice_EndsAsUnknown()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var sidecar = new SidecarClient(server.ActorsSidecarUrl);
        await SwitchOffSweepsAsync(sidecar);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--transport", "rest", "--scripts", scripts.Folder, "--visibility", "5");
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var command = await alice.SendAsync(session, "run_script", new { name = "hold" });
        await scripts.DidAsync("begin");

        await device.Process.KillAsync();
        await sidecar.HeadChangesAsync(device.Id);
        var looked = TimeProvider.System.GetUtcNow();

        var ended = await alice.CommandAsync(session, command);
        Assert.Equal("unknown", ended.GetProperty("status").GetString());
        Assert.True(ended.GetProperty("endedAt").GetDateTimeOffset() <= looked, "The claim was ended by the view, not by the reminder.");
        device.Run("--scripts", scripts.Folder);
        var next = await alice.SendAsync(session, "run_script", new { name = "append", args = new[] { "next" } });
        await alice.UntilAsync(session, next, "completed");
        Assert.Single(scripts.Done, "begin");
    }

    [Fact]
    public async Task RepeatableCommand_ClaimedAgainAfterItsVisibility_Completes()
    {
        await using var bench = await OpenBenchAsync();
        await using var web = new HeldWebServer();
        var server = await GatewayServer.StartAsync(bench);
        using var sidecar = new SidecarClient(server.ActorsSidecarUrl);
        await SwitchOffSweepsAsync(sidecar);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--transport", "rest", "--visibility", "5");
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var command = await alice.SendAsync(session, "http_check", new { url = web.Url, timeoutMs = 30_000 });
        await Wait.UntilAsync("the first request", () => web.Requests == 1);

        await device.Process.KillAsync();
        device.Run("--transport", "rest", "--visibility", "5");
        await Wait.UntilAsync("the second request", () => web.Requests == 2);
        web.Release();

        await alice.UntilAsync(session, command, "completed");
        Assert.Equal(2, (await alice.CommandAsync(session, command)).GetProperty("attempt").GetInt32());
    }

    private static async Task SwitchOffSweepsAsync(SidecarClient sidecar)
    {
        foreach (var sweep in Sweeps) await sidecar.RemoveReminderAsync("SweepActor", sweep, "sweep");
    }
}
