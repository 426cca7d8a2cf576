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

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
