using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>The main job: a device registers and works, its customer sends and approves commands and sees the results.</summary>
public class MainJobTests : DeploymentTests
{
    [Fact]
    public async Task Diagnosis_SystemInfo_RealResultInTheSession()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run();
        await alice.OnlineAsync(device.Id);

        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var command = await alice.SendAsync(session, "system_info", new { });
        var done = await alice.UntilAsync(session, command, "completed");

        var result = done.GetProperty("result");
        Assert.Equal("success", result.GetProperty("status").GetString());
        var info = JsonElement.Parse(result.GetProperty("output").GetString()!);
        Assert.Equal(Environment.MachineName, info.GetProperty("hostname").GetString());
        var status = (await alice.GetAsync($"devices/{device.Id}/status")).GetProperty("device");
        Assert.Equal("online", status.GetProperty("status").GetString());
        Assert.Equal(session, status.GetProperty("activeSession").GetString());
    }

    [Fact]
    public async Task Remediation_ApprovedRejectedCancelled_OnlyTheApprovedRunsAndOnce()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var allow = Path.Combine(bench.Folder, "allow.json");
        await File.WriteAllTextAsync(allow, """{"commands": ["run_script"]}""");
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--allow", allow, "--scripts", scripts.Folder);
        await alice.OnlineAsync(device.Id);
        var session = await alice.OpenSessionAsync(device.Id, "remediation");

        var wanted = await SendAsync(alice, session, "wanted");
        var unwanted = await SendAsync(alice, session, "unwanted");
        var regretted = await SendAsync(alice, session, "regretted");
        var explained = await alice.GetAsync($"sessions/{session}/commands/{wanted}/explain");
        Assert.Equal("approval", explained.GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(["pending_approval", "pending_approval", "pending_approval"], await alice.StatesAsync(session));

        Assert.Equal("rejected", await alice.DecideAsync(session, unwanted, approved: false));
        await alice.DeleteAsync($"sessions/{session}/commands/{regretted}");
        Assert.Equal("approved", await alice.DecideAsync(session, wanted, approved: true));
        var done = await alice.UntilAsync(session, wanted, "completed");
        Assert.Equal("did wanted", done.GetProperty("result").GetProperty("output").GetString()!.Trim());

        await alice.PostAsync($"sessions/{session}/close", new { });
        var view = (await alice.GetAsync($"sessions/{session}")).GetProperty("session");
        Assert.Equal("closed", view.GetProperty("status").GetString());
        Assert.Equal(["completed", "rejected", "cancelled"], await alice.StatesAsync(session));
        Assert.Equal(["wanted"], scripts.Done);
    }

    [Fact]
    public async Task DeviceThroughTheSidecarsInvoke_RegisterToResult_AsDirectly()
    {
        await using var bench = await OpenBenchAsync();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        using var device = new DeviceClient($"{server.SidecarUrl}/v1.0/invoke/gateway-api/method");
        await device.RegisterAsync("pi-1", await alice.ProvisionAsync("pi-1"));
        await device.BeatAsync();
        await alice.OnlineAsync("pi-1");

        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var waiting = device.ClaimAsync(waitMs: 20_000);
        var id = await alice.SendAsync(session, "system_info", new { });
        var command = Assert.Single(await waiting);
        await device.ReportAsync(command, "all well");

        var done = await alice.UntilAsync(session, id, "completed");
        Assert.Equal("all well", done.GetProperty("result").GetProperty("output").GetString());
    }

    private static Task<string> SendAsync(CustomerClient customer, string session, string line) =>
        customer.SendAsync(session, "run_script", new { name = "append", args = new[] { line } });
}
