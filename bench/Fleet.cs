using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gateway.Bench;

/// <summary>Devices and their customer, over the real API.</summary>
internal sealed class Fleet(HttpClient http, string secret) : IDisposable
{
    private readonly List<Device> devices = [];
    private readonly string customer = Token(secret);

    /// <summary>Provisions, registers and signs in until there are so many devices, each with a session.</summary>
    public async Task GrowToAsync(int count, CancellationToken cancellationToken)
    {
        while (devices.Count < count)
        {
            var id = $"bench-{devices.Count}";
            var code = (await CustomerAsync("devices/provision", new { deviceId = id }, cancellationToken)).GetProperty("device").GetProperty("activationCode").GetString();
            var deviceSecret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            await SendAsync("device/register", new { deviceId = id, activationCode = code, deviceSecret }, null, cancellationToken);
            var token = (await SendAsync("device/auth", new { deviceId = id, deviceSecret }, null, cancellationToken)).GetProperty("token").GetString()!;
            var session = (await CustomerAsync("sessions", new { deviceId = id, type = "diagnostic" }, cancellationToken)).GetProperty("session").GetProperty("id").GetString()!;
            devices.Add(new Device(token, session));
        }
    }

    public Task<JsonElement> EnqueueAsync(int device, CancellationToken cancellationToken) =>
        CustomerAsync($"sessions/{devices[device].Session}/commands", new { type = "noop", parameters = new { n = 1 } }, cancellationToken);

    /// <summary>Claims one command; an error when there is none.</summary>
    public async Task<(string Id, string Token)> ClaimAsync(int device, CancellationToken cancellationToken)
    {
        var answer = await DeviceAsync(device, "commands/claim", new { limit = 1 }, cancellationToken);
        var command = answer.GetProperty("commands")[0];
        return (command.GetProperty("id").GetString()!, command.GetProperty("claimToken").GetString()!);
    }

    public Task<JsonElement> ResultAsync(int device, (string Id, string Token) command, CancellationToken cancellationToken) => DeviceAsync(
        device,
        $"commands/{command.Id}/result",
        new { claimToken = command.Token, status = "success", output = "ok", executedAt = "2026-01-01T00:00:00Z", duration = 1 },
        cancellationToken);

    public Task<JsonElement> HeartbeatAsync(int device, CancellationToken cancellationToken) => DeviceAsync(
        device,
        "heartbeat",
        new { timestamp = "2026-01-01T00:00:00Z", status = "online", metrics = new { cpu = 1.5, memory = 20, uptime = 1000 } },
        cancellationToken);

    public void Dispose() => http.Dispose();

    private Task<JsonElement> DeviceAsync(int device, string path, object body, CancellationToken cancellationToken) =>
        SendAsync($"device/{path}", body, request => request.Headers.Add("X-Device-Token", devices[device].Token), cancellationToken);

    private Task<JsonElement> CustomerAsync(string path, object body, CancellationToken cancellationToken) =>
        SendAsync($"customer/{path}", body, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", customer), cancellationToken);

    private async Task<JsonElement> SendAsync(string path, object body, Action<HttpRequestMessage>? sign, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{path}") { Content = JsonContent.Create(body) };
        sign?.Invoke(request);
        using var answer = await http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
    }

    private static string Token(string secret)
    {
        var expires = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode($$"""{"sub":"bench","aud":"authenticated","exp":{{expires}}}""")}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";

        static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    private sealed record Device(string Token, string Session);
}
