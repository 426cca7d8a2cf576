using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A device that the test plays itself over <c>/ws/device</c>.</summary>
internal sealed class SocketDevice(GatewayServer server, string id) : IDisposable
{
    private ClientWebSocket socket = new();

    /// <summary>Its secret, which no log may have.</summary>
    public string Secret { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Registers a device that a customer provisions.</summary>
    public static async Task<SocketDevice> RegisterAsync(GatewayServer server, CustomerClient customer, string id)
    {
        var device = new SocketDevice(server, id);
        using var http = new ApiClient($"{server.Url}/api/v1/device");
        await http.PostAsync("register", new { deviceId = id, activationCode = await customer.ProvisionAsync(id), deviceSecret = device.Secret });
        return device;
    }

    /// <summary>Connects, again if need be.</summary>
    public async Task ConnectAsync()
    {
        socket.Dispose();
        socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.ConnectAsync(new Uri($"{server.Url.Replace("http:", "ws:", StringComparison.Ordinal)}/ws/device?deviceId={id}&secret={Secret}"), limit.Token);
        Assert.Equal("config_update", (await ReceiveAsync()).GetProperty("type").GetString());
    }

    public async Task SendAsync(object message)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
    }

    /// <summary>The data of the next command.</summary>
    public async Task<JsonElement> CommandAsync()
    {
        var message = await ReceiveAsync();
        Assert.Equal("command", message.GetProperty("type").GetString());
        return message.GetProperty("data");
    }

    /// <summary>The message that ends a command; with an id it is acknowledged.</summary>
    public static object ResultOf(JsonElement command, string? id = null) => new
    {
        type = "command_result",
        id,
        data = new
        {
            commandId = command.GetProperty("id").GetString(),
            claimToken = command.GetProperty("claimToken").GetString(),
            status = "success",
            executedAt = "2026-01-01T00:00:00Z",
            duration = 1,
        },
    };

    /// <summary>Delivers a result and waits until it is taken.</summary>
    public async Task FinishAsync(JsonElement command)
    {
        await SendAsync(ResultOf(command, "r"));
        var answer = await ReceiveAsync();
        Assert.True(answer.GetProperty("type").GetString() == "ack", answer.ToString());
    }

    /// <summary>The next message.</summary>
    public async Task<JsonElement> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            Assert.True(result.MessageType == WebSocketMessageType.Text, $"Closed with {socket.CloseStatus}");
            bytes.Write(buffer, 0, result.Count);
            if (result.EndOfMessage) return JsonElement.Parse(Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }

    /// <summary>The code that the server closes with, next.</summary>
    public async Task<int> ClosedAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        var result = await socket.ReceiveAsync(new byte[1024].AsMemory(), limit.Token);
        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        return (int)socket.CloseStatus!;
    }

    public void Dispose() => socket.Dispose();
}
