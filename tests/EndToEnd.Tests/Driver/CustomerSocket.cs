using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A customer's socket (<c>/ws/customer</c>); every message is kept.</summary>
internal sealed class CustomerSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentQueue<JsonElement> messages = new();
    private Task receiving = Task.CompletedTask;

    private CustomerSocket()
    {
    }

    public static async Task<CustomerSocket> OpenAsync(GatewayServer server, CustomerClient customer)
    {
        var opened = new CustomerSocket();
        opened.socket.Options.SetRequestHeader("Authorization", customer.Http.DefaultRequestHeaders.Authorization!.ToString());
        await opened.socket.ConnectAsync(new Uri($"ws{server.Url["http".Length..]}/ws/customer"), TestContext.Current.CancellationToken);
        opened.receiving = opened.ReceiveAsync();
        return opened;
    }

    /// <summary>Subscribes to a device, and waits for the snapshot.</summary>
    public async Task SubscribeAsync(string deviceId)
    {
        var message = JsonSerializer.SerializeToUtf8Bytes(new { type = "subscribe", data = new { deviceId } });
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the snapshot", () => Of("subscribed").Count > 0, () => Task.FromResult(string.Join('\n', messages)));
    }

    /// <summary>The data of the messages of a type so far.</summary>
    public IReadOnlyList<JsonElement> Of(string type) =>
        [.. messages.Where(message => message.GetProperty("type").GetString() == type).Select(message => message.GetProperty("data"))];

    /// <summary>What a command has printed, as it came.</summary>
    public string OutputOf(string commandId) => string.Concat(
        Of("output").Where(output => output.GetProperty("commandId").GetString() == commandId).Select(output => output.GetProperty("text").GetString()));

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1024 * 1024];
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return;
            length += part.Count;
            if (!part.EndOfMessage) continue;
            messages.Enqueue(JsonElement.Parse(buffer.AsSpan(0, length)));
            length = 0;
        }
    }
}
