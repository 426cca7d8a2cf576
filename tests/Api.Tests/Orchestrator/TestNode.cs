using System.Text.Json;
using Gateway.Api.Tests.Channels;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary>A node as its program would be: speaks JSON-RPC 2.0 over its socket, as told.</summary>
internal sealed class TestNode(TestSocket socket, string id) : IAsyncDisposable
{
    private int asked;

    public string Id => id;

    public TestSocket Socket => socket;

    public static async Task<TestNode> ConnectAsync(GatewayHost host, string id, string token = GatewayHost.NodeToken) =>
        new(await TestSocket.ConnectAsync(host.Client.BaseAddress!, $"/ws/node?token={token}&node_id={id}"), id);

    /// <summary>Calls a method as a request; the answer.</summary>
    public async Task<Message> AskAsync(string method, object? values)
    {
        var request = $"ask-{++asked}";
        await socket.SendAsync(new { jsonrpc = "2.0", method, @params = values, id = request });
        var answer = await socket.ReceiveAsync();
        Assert.True(answer.Find("id")?.ToString() == request, $"Expected the answer to {request}, got {answer.Body}");
        return answer;
    }

    /// <summary>Calls a method as a request that is done.</summary>
    public async Task<Message> DoAsync(string method, object? values)
    {
        var answer = await AskAsync(method, values);
        Assert.True(answer.Find("result") is not null, $"{method} failed: {answer.Body}");
        return answer;
    }

    /// <summary>Calls a method as a notification, which is not answered.</summary>
    public Task TellAsync(string method, object values) => socket.SendAsync(new { jsonrpc = "2.0", method, @params = values });

    /// <summary>Says which devices there are, all of them idle.</summary>
    public Task<Message> BeatAsync(params string[] devices) => DoAsync(
        "heartbeat",
        new
        {
            node_id = id,
            timestamp = "2026-01-04T12:00:00Z",
            metrics = new { cpu = 45, memory = 60, disk = 30 },
            devices = devices.Select(device => new { id = device, status = "idle" }),
        });

    /// <summary>The next call of the server, which must be of this method.</summary>
    public async Task<Message> CalledAsync(string method)
    {
        var call = await socket.ReceiveAsync();
        Assert.True(call.Find("method")?.ToString() == method, $"Expected {method}, got {call.Body}");
        Assert.Equal("2.0", call.Text("jsonrpc"));
        return call;
    }

    /// <summary>The next task, acknowledged.</summary>
    public async Task<Message> TakeAsync()
    {
        var execute = await CalledAsync("execute");
        await AnswerAsync(execute, new { accepted = true });
        return execute;
    }

    public Task AnswerAsync(Message call, object result) => socket.SendAsync(new { jsonrpc = "2.0", result, id = call.Text("id") });

    public Task RefuseAsync(Message call, int code, string message) =>
        socket.SendAsync(new { jsonrpc = "2.0", error = new { code, message }, id = call.Text("id") });

    /// <summary>Asserts a JSON-RPC error.</summary>
    public static void Fails(Message answer, int code) => Assert.Equal(code, answer.Find("error.code") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : 0);

    public ValueTask DisposeAsync() => socket.DisposeAsync();
}
