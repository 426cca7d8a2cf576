using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Channels;

/// <summary>A client's WebSocket, with a limit on every wait.</summary>
internal sealed class TestSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();

    private TestSocket()
    {
    }

    public static async Task<TestSocket> ConnectAsync(Uri server, string pathAndQuery, params (string Name, string Value)[] headers)
    {
        var client = new TestSocket();
        foreach (var (name, value) in headers) client.socket.Options.SetRequestHeader(name, value);
        using var limit = new CancellationTokenSource(Wait.Limit);
        await client.socket.ConnectAsync(new UriBuilder(new Uri(server, pathAndQuery)) { Scheme = "ws" }.Uri, limit.Token);
        return client;
    }

    /// <summary>A device's socket, past its <c>config_update</c>.</summary>
    public static async Task<TestSocket> OfDeviceAsync(GatewayHost host, Caller device)
    {
        var socket = await ConnectAsync(host.Client.BaseAddress!, $"/ws/device?deviceId={device.Id}&secret={host.SecretOf(device)}");
        (await socket.ReceiveAsync()).Is("config_update");
        return socket;
    }

    public Task SendAsync(object message) => SendTextAsync(JsonSerializer.Serialize(message));

    public Task SendTextAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public async Task SendAsync(byte[] bytes, WebSocketMessageType type, bool endOfMessage = true)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.SendAsync(bytes, type, endOfMessage, limit.Token);
    }

    /// <summary>The next message.</summary>
    public async Task<Message> ReceiveAsync() =>
        await ReceiveOrCloseAsync() ?? throw new InvalidOperationException($"Closed with {socket.CloseStatus}: {socket.CloseStatusDescription}");

    /// <summary>Sends a message with an id and reads its answer.</summary>
    public async Task<Message> AskAsync(string type, object data)
    {
        await SendAsync(new { type, id = "m-1", data });
        var answer = await ReceiveAsync();
        Assert.Equal("m-1", answer.Text("id"));
        return answer;
    }

    /// <summary>The close code that the server ends the socket with, after the messages still to come, and the answer to it.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await ReceiveOrCloseAsync() is not null)
        {
        }

        using var limit = new CancellationTokenSource(Wait.Limit);
        if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        return (int)socket.CloseStatus!;
    }

    /// <summary>Ends the socket from this side.</summary>
    public async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
    }

    /// <summary>The connection is gone without a word.</summary>
    public void Abort() => socket.Abort();

    /// <summary>Waits until the connection is cut without a close frame.</summary>
    public async Task IsCutAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (await ReceiveOrCloseAsync() is not null)
            {
            }
        });
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The next message; null: the server closes.</summary>
    private async Task<Message?> ReceiveOrCloseAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (result.MessageType == WebSocketMessageType.Close) return null;
            bytes.Write(buffer, 0, result.Count);
            if (result.EndOfMessage) return new Message(Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }
}

/// <summary>A message of the server.</summary>
internal sealed record Message(string Body)
{
    public string Type => Text("type");

    /// <summary>A text that must be there, by its path.</summary>
    public string Text(string path) => AsReply.Text(path);

    /// <summary>A number that must be there.</summary>
    public double Number(string path) => AsReply.Number(path);

    /// <summary>A member; null: there is none.</summary>
    public JsonElement? Find(string path) => AsReply.Find(path);

    /// <summary>Asserts the type and goes on.</summary>
    public Message Is(string type)
    {
        Assert.True(Type == type, $"Expected {type}, got {Body}");
        return this;
    }

    /// <summary>Asserts an error in the surface's format.</summary>
    public Message IsError(string code)
    {
        Is("error");
        Assert.Equal(["code", "message", "details"], Find("data")!.Value.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, Text("data.code"));
        Assert.NotEqual("", Text("data.message"));
        return this;
    }

    /// <summary>Asserts an error about these fields.</summary>
    public Message IsInvalid(params string[] fields)
    {
        IsError("INVALID_REQUEST");
        Assert.Equal(fields, Find("data.details.errors")!.Value.EnumerateArray().Select(error => error.GetProperty("field").GetString()));
        return this;
    }

    private Reply AsReply => new(default, Body, new Dictionary<string, string>());
}
