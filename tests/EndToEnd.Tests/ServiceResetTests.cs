using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>The emergency button on the program as it is: it really begins anew, and nothing is lost.</summary>
public sealed class ServiceResetTests
{
    private const string AdminToken = "the-admins-token-of-the-tests-0123456789", NodeToken = "the-nodes-token-of-the-tests-0123456789";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["ORCH_ADMIN_TOKEN"] = AdminToken,
        ["ORCH_NODE_TOKEN"] = NodeToken,
        ["Gateway__RateLimits__OrchestratorPerMinute"] = "0",
    };

    [Fact]
    public async Task Server_ServiceReset_SameProcessComesBack_AndWhatRanIsDoneOnce()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, Settings);
        using var admin = AdminOf(server);
        using var node = new SocketNode(server, "node-1", NodeToken);
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

        var code = (await admin.PostAsync("emergency/confirm-code", new { })).GetProperty("confirm_code").GetString();
        var begun = await admin.PostAsync("emergency/service-reset", new { confirm_code = code, reason = "L1 failed", approver = "orion" });

        var id = begun.GetProperty("emergency_id").GetString()!;
        Assert.Equal(id, (await node.CalledAsync("reset")).GetProperty("emergency_id").GetString());
        Assert.Equal(1012, await node.ClosedAsync());
        Assert.Equal(1012, await pi.ClosedAsync());
        var shown = await CompletedAsync(admin, id);
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

        shown = await admin.GetAsync($"emergency/{id}");
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
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>(Settings) { ["Gateway__Restart"] = "exit" });
        using var admin = AdminOf(server);
        var code = (await admin.PostAsync("emergency/confirm-code", new { })).GetProperty("confirm_code").GetString();
        var begun = await admin.PostAsync("emergency/service-reset", new { confirm_code = code, reason = "L1 failed", approver = "orion" });

        Assert.Equal(0, await server.Process.ExitAsync());

        await server.StartAsync();
        await CompletedAsync(admin, begun.GetProperty("emergency_id").GetString()!);
    }

    [Fact]
    public async Task Server_ThatStartsItsSuccessor_EndsAndTheNewProcessServes()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>(Settings) { ["Gateway__Restart"] = "spawn" });
        using var admin = AdminOf(server);
        var code = (await admin.PostAsync("emergency/confirm-code", new { })).GetProperty("confirm_code").GetString();
        var begun = await admin.PostAsync("emergency/service-reset", new { confirm_code = code, reason = "L1 failed", approver = "orion" });

        await Wait.UntilAsync("the end of the first process", () => server.Process.HasExited);
        await CompletedAsync(admin, begun.GetProperty("emergency_id").GetString()!);

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

    private static ApiClient AdminOf(GatewayServer server)
    {
        var admin = new ApiClient($"{server.Url}/api");
        admin.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        return admin;
    }

    /// <summary>Waits until an action is completed, over the time in which nobody answers.</summary>
    private static async Task<JsonElement> CompletedAsync(ApiClient admin, string id)
    {
        JsonElement shown = default;
        await Wait.UntilAsync(
            "the service reset",
            async () =>
            {
                try
                {
                    shown = await admin.GetAsync($"emergency/{id}");
                    return shown.GetProperty("completed_at").ValueKind == JsonValueKind.String;
                }
                catch (Exception e) when (e is HttpRequestException or Xunit.Sdk.XunitException)
                {
                    // Away, or coming up.
                    return false;
                }
            },
            () => Task.FromResult(shown.ToString()));
        return shown;
    }
}
