using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A device that the test plays itself: <c>/api/v1/device</c>.</summary>
/// <param name="server">The server's address, or a sidecar's address of its methods.</param>
internal sealed class DeviceClient(string server) : ApiClient($"{server}/api/v1/device")
{
    /// <summary>Registers, and authenticates from then on.</summary>
    public async Task RegisterAsync(string deviceId, string activationCode)
    {
        var registered = await PostAsync("register", new { deviceId, activationCode });
        var deviceSecret = registered.GetProperty("deviceSecret").GetString();
        var session = await PostAsync("auth", new { deviceId, deviceSecret });
        Http.DefaultRequestHeaders.Add("X-Device-Token", session.GetProperty("token").GetString());
    }

    /// <summary>Claims up to ten commands.</summary>
    public async Task<IReadOnlyList<JsonElement>> ClaimAsync(int waitMs)
    {
        var answer = await PostAsync("commands/claim", new { limit = 10, waitMs });
        return [.. answer.GetProperty("commands").EnumerateArray()];
    }
}
