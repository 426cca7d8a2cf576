using System.Net.Http.Headers;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The orchestrator's admin, on a server whose tokens the test has chosen.</summary>
internal sealed class OrchestratorClient : ApiClient
{
    public const string AdminToken = "the-admins-token-of-the-tests-0123456789", NodeToken = "the-nodes-token-of-the-tests-0123456789";

    /// <summary>The tokens, and no limit: a test asks more often than a person.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Settings = new Dictionary<string, string?>
    {
        ["ORCH_ADMIN_TOKEN"] = AdminToken,
        ["ORCH_NODE_TOKEN"] = NodeToken,
        ["Gateway__RateLimits__OrchestratorPerMinute"] = "0",
    };

    public OrchestratorClient(GatewayServer server)
        : base($"{server.Url}/api") => Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);

    /// <summary>Waits until so many devices are behind nodes.</summary>
    public Task HasDevicesAsync(int count) => Wait.UntilAsync(
        $"{count} devices", async () => (await GetAsync("devices")).GetProperty("devices").EnumerateArray().Count(device => Text(device, "status") == "idle") == count);

    /// <summary>Sends a task; its id.</summary>
    public async Task<string> RunAsync(string device, string script, params string[] args) =>
        Text(await PostAsync($"devices/{device}/command", new { command = "run_script", @params = new { name = script, args } }), "task_id");

    public Task<JsonElement> TaskAsync(string device, string task) => GetAsync($"devices/{device}/tasks/{task}");

    public async Task<string> StatusAsync(string device, string task) => Text(await TaskAsync(device, task), "status");

    /// <summary>Waits until a task has a status; the task.</summary>
    public async Task<JsonElement> UntilAsync(string device, string task, string status)
    {
        JsonElement seen = default;
        await Wait.UntilAsync(
            $"{task} to be {status}",
            async () => Text(seen = await TaskAsync(device, task), "status") == status,
            () => Task.FromResult(seen.ToString()));
        return seen;
    }

    /// <summary>Begins a service reset; its id.</summary>
    public async Task<string> ResetServiceAsync()
    {
        var code = Text(await PostAsync("emergency/confirm-code", new { }), "confirm_code");
        return Text(await PostAsync("emergency/service-reset", new { confirm_code = code, reason = "L1 failed", approver = "orion" }), "emergency_id");
    }

    /// <summary>Waits until an emergency action is completed, over the time in which nobody answers; the action.</summary>
    public async Task<JsonElement> CompletedAsync(string emergency)
    {
        JsonElement shown = default;
        await Wait.UntilAsync(
            "the service reset",
            async () =>
            {
                try
                {
                    shown = await GetAsync($"emergency/{emergency}");
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

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
