using System.Globalization;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A device that the test plays itself: <c>/api/v1/device</c>.</summary>
/// <param name="server">The server's address, or a sidecar's address of its methods.</param>
internal sealed class DeviceClient(string server) : ApiClient($"{server}/api/v1/device")
{
    private const string TokenHeader = "X-Device-Token";

    /// <summary>Registers, and authenticates from then on.</summary>
    public async Task RegisterAsync(string deviceId, string activationCode)
    {
        var registered = await PostAsync("register", new { deviceId, activationCode });
        var deviceSecret = registered.GetProperty("deviceSecret").GetString();
        var session = await PostAsync("auth", new { deviceId, deviceSecret });
        Http.DefaultRequestHeaders.Add(TokenHeader, session.GetProperty("token").GetString());
    }

    /// <summary>The same device with the same token, which now talks to another server.</summary>
    public DeviceClient At(string otherServer)
    {
        var same = new DeviceClient(otherServer);
        same.Http.DefaultRequestHeaders.Add(TokenHeader, Http.DefaultRequestHeaders.GetValues(TokenHeader));
        return same;
    }

    /// <summary>Says that it is there.</summary>
    public Task BeatAsync() => PostAsync("heartbeat", new { timestamp = Now(), status = "online" });

    /// <summary>Claims up to ten commands.</summary>
    public async Task<IReadOnlyList<JsonElement>> ClaimAsync(int waitMs, int visibilityTimeout = 300_000)
    {
        var answer = await PostAsync("commands/claim", new { limit = 10, waitMs, visibilityTimeout });
        return [.. answer.GetProperty("commands").EnumerateArray()];
    }

    /// <summary>Reports success of a claimed command.</summary>
    public Task ReportAsync(JsonElement claimed, string output) => PostAsync(
        $"commands/{claimed.GetProperty("id").GetString()}/result",
        new { claimToken = claimed.GetProperty("claimToken").GetString(), status = "success", output, executedAt = Now(), duration = 5 });

    private static string Now() =>
        TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
