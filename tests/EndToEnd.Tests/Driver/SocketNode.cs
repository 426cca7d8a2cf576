using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A node that the test plays itself over <c>/ws/node</c>.</summary>
internal sealed class SocketNode(GatewayServer server, string id, string token) : IDisposable
{
    private ClientWebSocket socket = new();

    /// <summary>Connects, again if need be, and names its devices.</summary>
    public async Task ConnectAsync(params string[] devices)
    {
        socket.Dispose();
        socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Wait.Limit);
        var url = server.Url.Replace("http:", "ws:", StringComparison.Ordinal);
        await socket.ConnectAsync(new Uri($"{url}/ws/node?token={token}&node_id={id}"), limit.Token);
        await TellAsync("heartbeat", new
        {
            node_id = id,
            timestamp = "2026-01-04T12:00:00Z",
            metrics = new { cpu = 1, memory = 2, disk = 3 },
            devices = devices.Select(device => new { id = device, status = "idle" }),
        });
    }

    /// <summary>A notification.</summary>
    public Task TellAsync(string method, object values) => SendAsync(new { jsonrpc = "2.0", method, @params = values });

    /// <summary>The parameters of the server's next call of a method, which is answered; others before it are passed over.</summary>
    public async Task<JsonElement> CalledAsync(string method)
    {
        while (true)
        {
            var call = await ReceiveAsync() ?? throw new InvalidOperationException($"Closed with {socket.CloseStatus} before {method}");
            if (!call.TryGetProperty("method", out var name) || name.GetString() != method) continue;
            if (call.TryGetProperty("id", out var request)) await SendAsync(new { jsonrpc = "2.0", result = true, id = request.GetString() });
            return call.GetProperty("params");
        }
    }

    /// <summary>The code that the server closes with, after the messages still to come.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        return (int)socket.CloseStatus!;
    }

    public void Dispose() => socket.Dispose();

    private async Task SendAsync(object message)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
    }

    private async Task<JsonElement?> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (result.MessageType == WebSocketMessageType.Close) return null;
            bytes.Write(buffer, 0, result.Count);
            if (result.EndOfMessage) return JsonElement.Parse(Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }
}
