using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gateway.Bench.Load;

/// <summary>
/// Devices and their customer, over the real API. What a request needs is made before it, and answers are read apart only when the
/// next operation needs them: the client works on the same machine, and its work must not count as the server's.
/// </summary>
internal sealed class Fleet(HttpClient http, string customerToken)
{
    private static readonly byte[] Command = """{"type":"noop","parameters":{"n":1}}"""u8.ToArray();
    private static readonly byte[] Claim = """{"limit":1}"""u8.ToArray();
    private static readonly byte[] Beat =
        """{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":{"cpu":1.5,"memory":20,"uptime":1000}}"""u8.ToArray();

    private readonly AuthenticationHeaderValue customer = new("Bearer", customerToken);
    private readonly List<Device> devices = [];

    public int Count => devices.Count;

    /// <summary>Path and query of the customer's socket.</summary>
    public string CustomerSocket => $"/ws/customer?token={customerToken}";

    /// <summary>Provisions, registers and signs in devices, each with a session.</summary>
    public async Task AddAsync(int count, CancellationToken cancellationToken)
    {
        var run = NewRun();
        for (var i = 0; i < count; i++)
        {
            var id = $"bench-{run}-{i}";
            var deviceSecret = await RegisterAsync(id, cancellationToken);
            var signedIn = await SendAsync("device/auth", Json(new { deviceId = id, deviceSecret }), null, cancellationToken);
            var opened = await CustomerAsync("sessions", Json(new { deviceId = id, type = "diagnostic" }), cancellationToken);
            devices.Add(new Device(
                id,
                deviceSecret,
                Parse(signedIn).GetProperty("token").GetString()!,
                Parse(opened).GetProperty("session").GetProperty("id").GetString()!));
        }
    }

    /// <summary>Provisions and registers devices that do nothing but connect.</summary>
    /// <returns>Path and query of the socket of each.</returns>
    public async Task<IReadOnlyList<string>> RegisterAsync(int count, CancellationToken cancellationToken)
    {
        var run = NewRun();
        var sockets = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var id = $"bench-{run}-{i}";
            sockets[i] = SocketOf(id, await RegisterAsync(id, token));
        });
        return sockets;
    }

    /// <summary>The id of a device.</summary>
    public string IdOf(int device) => devices[device].Id;

    /// <summary>Path and query of a device's socket.</summary>
    public string SocketOf(int device) => SocketOf(devices[device].Id, devices[device].Secret);

    public Task EnqueueAsync(int device, CancellationToken cancellationToken) =>
        CustomerAsync($"sessions/{devices[device].Session}/commands", Command, cancellationToken);

    public async Task ClaimAsync(int device, CancellationToken cancellationToken) =>
        devices[device].Claimed.Enqueue(await DeviceAsync(device, "commands/claim", Claim, cancellationToken));

    /// <summary>Makes the results of everything that has been claimed, ready to be sent.</summary>
    public void PrepareResults()
    {
        foreach (var device in devices)
        {
            while (device.Claimed.TryDequeue(out var answer)) device.Results.Enqueue(ResultOf(answer));
        }
    }

    public Task ResultAsync(int device, CancellationToken cancellationToken)
    {
        var (path, body) = devices[device].Results.Dequeue();
        return DeviceAsync(device, path, body, cancellationToken);
    }

    public async Task CycleAsync(int device, CancellationToken cancellationToken)
    {
        await EnqueueAsync(device, cancellationToken);
        var (path, body) = ResultOf(await DeviceAsync(device, "commands/claim", Claim, cancellationToken));
        await DeviceAsync(device, path, body, cancellationToken);
    }

    public Task HeartbeatAsync(int device, CancellationToken cancellationToken) => DeviceAsync(device, "heartbeat", Beat, cancellationToken);

    private static string NewRun() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    private static string SocketOf(string id, string secret) => $"/ws/device?deviceId={id}&secret={secret}";

    /// <summary>Provisions and registers a device; answers its secret.</summary>
    private async Task<string> RegisterAsync(string id, CancellationToken cancellationToken)
    {
        var provisioned = await CustomerAsync("devices/provision", Json(new { deviceId = id }), cancellationToken);
        var activationCode = Parse(provisioned).GetProperty("device").GetProperty("activationCode").GetString();
        var deviceSecret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        await SendAsync("device/register", Json(new { deviceId = id, activationCode, deviceSecret }), null, cancellationToken);
        return deviceSecret;
    }

    private static (string Path, byte[] Body) ResultOf(byte[] answer)
    {
        var command = Parse(answer).GetProperty("commands")[0];
        return (
            $"commands/{command.GetProperty("id").GetString()}/result",
            Json(new
            {
                claimToken = command.GetProperty("claimToken").GetString(),
                status = "success",
                output = "ok",
                executedAt = "2026-01-01T00:00:00Z",
                duration = 1,
            }));
    }

    private Task<byte[]> DeviceAsync(int device, string path, byte[] body, CancellationToken cancellationToken) =>
        SendAsync($"device/{path}", body, request => request.Headers.TryAddWithoutValidation("X-Device-Token", devices[device].Token), cancellationToken);

    private Task<byte[]> CustomerAsync(string path, byte[] body, CancellationToken cancellationToken) =>
        SendAsync($"customer/{path}", body, request => request.Headers.Authorization = customer, cancellationToken);

    private async Task<byte[]> SendAsync(string path, byte[] body, Action<HttpRequestMessage>? sign, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{path}");
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        sign?.Invoke(request);
        using var answer = await http.SendAsync(request, cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? bytes
            : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
    }

    private static JsonElement Parse(byte[] answer) => JsonElement.Parse(answer);

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private sealed record Device(string Id, string Secret, string Token, string Session)
    {
        public Queue<byte[]> Claimed { get; } = [];

        public Queue<(string Path, byte[] Body)> Results { get; } = [];
    }
}
