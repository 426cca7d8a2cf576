using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A customer: <c>/api/v1/customer</c>.</summary>
internal sealed class CustomerClient : ApiClient
{
    public CustomerClient(string server, string token) : base($"{server}/api/v1/customer") =>
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    /// <summary>Provisions a device; its activation code.</summary>
    public async Task<string> ProvisionAsync(string deviceId)
    {
        var answer = await PostAsync("devices/provision", new { deviceId }, HttpStatusCode.Created);
        return answer.GetProperty("device").GetProperty("activationCode").GetString()!;
    }

    /// <summary>Waits until a device is listed as online.</summary>
    public Task OnlineAsync(string deviceId) => Wait.UntilAsync($"{deviceId} to be listed online", async () =>
    {
        var online = await GetAsync("devices?status=online");
        return online.GetProperty("devices").EnumerateArray().Any(device => device.GetProperty("id").GetString() == deviceId);
    });

    /// <summary>Opens a session; its id.</summary>
    public async Task<string> OpenSessionAsync(string deviceId, string type)
    {
        var answer = await PostAsync("sessions", new { deviceId, type }, HttpStatusCode.Created);
        return answer.GetProperty("session").GetProperty("id").GetString()!;
    }

    /// <summary>Sends a command; its id.</summary>
    public async Task<string> SendAsync(string sessionId, string type, object parameters)
    {
        var answer = await PostAsync($"sessions/{sessionId}/commands", new { type, parameters }, HttpStatusCode.Created);
        return answer.GetProperty("command").GetProperty("id").GetString()!;
    }

    /// <summary>Approves or rejects; what the answer says.</summary>
    public async Task<string> DecideAsync(string sessionId, string commandId, bool approved)
    {
        var answer = await PostAsync($"sessions/{sessionId}/approve", new { commandId, approved });
        return answer.GetProperty("command").GetProperty("status").GetString()!;
    }

    /// <summary>The commands of a session as its view shows them, by id.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> CommandsAsync(string sessionId)
    {
        var view = await GetAsync($"sessions/{sessionId}");
        return view.GetProperty("session").GetProperty("commands").EnumerateArray().ToDictionary(command => command.GetProperty("id").GetString()!);
    }

    /// <summary>A command in detail.</summary>
    public async Task<JsonElement> CommandAsync(string sessionId, string commandId) =>
        (await GetAsync($"sessions/{sessionId}/commands/{commandId}")).GetProperty("command");

    /// <summary>The states of a session's commands.</summary>
    public async Task<IReadOnlyList<string>> StatesAsync(string sessionId) =>
        [.. (await CommandsAsync(sessionId)).Values.Select(command => command.GetProperty("status").GetString()!)];

    /// <summary>Waits until the session shows a command in a state, and answers it as shown.</summary>
    public async Task<JsonElement> UntilAsync(string sessionId, string commandId, string status)
    {
        JsonElement seen = default;
        await Wait.UntilAsync(
            $"command {commandId} to be {status}",
            async () =>
            {
                seen = (await CommandsAsync(sessionId))[commandId];
                return seen.GetProperty("status").GetString() == status;
            },
            async () => $"{seen}, explained: {await GetAsync($"sessions/{sessionId}/commands/{commandId}/explain")}");
        return seen;
    }
}
