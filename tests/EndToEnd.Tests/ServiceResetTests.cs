using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>The emergency button on the program as it is: it really begins anew, and nothing is lost.</summary>
public sealed class ServiceResetTests
{
    [Fact]
    public async Task Server_ServiceReset_SameProcessComesBack_AndWhatRanIsDoneOnce()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        using var admin = new OrchestratorClient(server);
        using var node = new SocketNode(server, "node-1", OrchestratorClient.NodeToken);
        await node.ConnectAsync("device-1");
        await Wait.UntilAsync("the device", async () => (await admin.GetAsync("devices")).GetProperty("total").GetInt32() == 1);
        var task = (await admin.PostAsync("devices/device-1/command", new { command = "wait" })).GetProperty("task_id").GetString()!;
        Assert.Equal(1, (await node.CalledAsync("execute")).GetProperty("attempt").GetInt32());
        using var alice = await server.CustomerAsync();
        using var pi = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        await pi.ConnectAsync();
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var command = await alice.SendAsync(session, "first", new { });
        await pi.CommandAsync();

        var reset = await admin.ResetServiceAsync();
        Assert.Equal(reset, (await node.CalledAsync("reset")).GetProperty("emergency_id").GetString());
        Assert.Equal(1012, await node.ClosedAsync());
        Assert.Equal(1012, await pi.ClosedAsync());
        var shown = await admin.CompletedAsync(reset);
        Assert.Equal("completed", shown.GetProperty("status").GetString());
        Assert.False(server.Process.HasExited);
        Assert.Equal(2, server.Process.Log.Count(line => line.Contains("Gateway is up", StringComparison.Ordinal)));
        await server.ReadyAsync();

        await node.ConnectAsync("device-1");
        Assert.Equal(2, (await node.CalledAsync("execute")).GetProperty("attempt").GetInt32());
        await node.TellAsync("task_result", new { task_id = task, status = "completed" });
        await pi.ConnectAsync();
        await pi.FinishAsync(await pi.CommandAsync());
        await alice.UntilAsync(session, command, "completed");
        await Wait.UntilAsync("the task", async () => (await admin.GetAsync($"devices/device-1/tasks/{task}")).GetProperty("status").GetString() == "completed");
        Assert.Equal(1, (await admin.GetAsync("devices/device-1/tasks")).GetProperty("tasks").GetArrayLength());
        Assert.Single(await alice.CommandsAsync(session));

        shown = await admin.GetAsync($"emergency/{reset}");
        TestContext.Current.TestOutputHelper?.WriteLine(shown.ToString());
        Assert.Equal([command, task], shown.GetProperty("released").EnumerateArray().Select(item => item.GetProperty("task_id").GetString()!).Order(StringComparer.Ordinal));
        var told = Assert.Single(shown.GetProperty("nodes").EnumerateArray());
        Assert.Equal(("node-1", "confirmed"), (told.GetProperty("node_id").GetString(), told.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.String, told.GetProperty("returned_at").ValueKind);
        var replica = Assert.Single(shown.GetProperty("replicas").EnumerateArray());
        Assert.Equal("gateway-api", replica.GetProperty("app").GetString());
        Assert.Equal(JsonValueKind.String, replica.GetProperty("restarted_at").ValueKind);
        Assert.InRange(shown.GetProperty("duration_ms").GetInt64(), 1, 120_000);

        server.Process.Terminate();
        Assert.Equal(0, await server.Process.ExitAsync());
    }

    [Fact]
    public async Task Server_LeftToItsSupervisor_EndsAndIsCompleteOnceItIsStartedAgain()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>(OrchestratorClient.Settings) { ["Gateway__Restart"] = "exit" });
        using var admin = new OrchestratorClient(server);
        var reset = await admin.ResetServiceAsync();

        Assert.Equal(0, await server.Process.ExitAsync());

        await server.StartAsync();
        await admin.CompletedAsync(reset);
    }

    [Fact]
    public async Task Server_ThatStartsItsSuccessor_EndsAndTheNewProcessServes()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>(OrchestratorClient.Settings) { ["Gateway__Restart"] = "spawn" });
        using var admin = new OrchestratorClient(server);
        var reset = await admin.ResetServiceAsync();

        await Wait.UntilAsync("the end of the first process", () => server.Process.HasExited);
        await admin.CompletedAsync(reset);

        using var successor = Process.GetProcessById(SuccessorOf(server));
        successor.Kill();
        Assert.Equal(0, await server.Process.ExitAsync());
    }

    /// <summary>The process that has the server's settings, by the kernel's word.</summary>
    private static int SuccessorOf(GatewayServer server) => Process.GetProcesses().Select(process => process.Id)
        .Single(id => EnvironmentOf(id).Contains($"Gateway__DataPath={server.DataPath}\0", StringComparison.Ordinal));

    private static string EnvironmentOf(int process)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, or gone.
            return "";
        }
    }
}
