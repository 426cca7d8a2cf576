using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>
/// The nodes' end of a server as the specification has it, over real Kestrel on a free port, for one node. It offers what a test tells it to, and takes
/// and answers what comes; otherwise than it should where a test asks for that.
/// </summary>
internal sealed class ScriptedOrchestrator : IAsyncDisposable
{
    public const string NodeId = "node-001", Token = "the-nodes-token-of-the-tests-0123456789";

    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode>> calls = new();
    private readonly ConcurrentQueue<Reaction> reactions = new();
    private readonly Changes changes;
    private WebSocket? socket;
    private int lastId;

    private ScriptedOrchestrator(WebApplication app) => (this.app, changes) = (app, new Changes(gate));

    public string Url { get; private set; } = "";

    /// <summary>What it does with the next sockets, one each: closes them with these codes.</summary>
    public ConcurrentQueue<int> Closes { get; } = new();

    public int Connections { get; private set; }

    public bool IsConnected
    {
        get { lock (gate) return socket is not null; }
    }

    /// <summary>When each message came, by the clock that never jumps.</summary>
    public List<TimeSpan> Messages { get; } = [];

    /// <summary>What was called, with its parameters, in its order.</summary>
    public List<(string Method, JsonNode Values)> Calls { get; } = [];

    public static async Task<ScriptedOrchestrator> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var server = new ScriptedOrchestrator(app);
        app.UseWebSockets();
        app.Map("/ws/node", server.ServeAsync);
        await app.StartAsync();
        server.Url = app.Urls.Single();
        return server;
    }

    public IReadOnlyList<JsonNode> Of(string method)
    {
        lock (gate) return [.. Calls.Where(call => call.Method == method).Select(call => call.Values)];
    }

    /// <summary>The next results meet with this, one each.</summary>
    public void React(params Reaction[] next)
    {
        foreach (Reaction reaction in next) reactions.Enqueue(reaction);
    }

    /// <summary>Offers a task; the node's answer.</summary>
    public Task<JsonNode> ExecuteAsync(string task, string device, string command, object? args = null, int attempt = 1, int timeout = 600) =>
        CallAsync("execute", new { task_id = task, device_id = device, command, args = args ?? new { }, timeout, attempt });

    /// <summary>Calls the node; its answer.</summary>
    public async Task<JsonNode> CallAsync(string method, object? values)
    {
        string id = $"cmd-{Interlocked.Increment(ref lastId):000}";
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls[id] = answer;
        await SendAsync(new { jsonrpc = "2.0", method, @params = values ?? new { }, id });
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System);
    }

    public Task NotifyAsync(string method, object values) => SendAsync(new { jsonrpc = "2.0", method, @params = values });

    /// <summary>Ends the socket without a word.</summary>
    public void Cut()
    {
        lock (gate) socket?.Abort();
    }

    /// <summary>Ends the socket with a code.</summary>
    public Task CloseAsync(int code) => CloseAsync(socket!, code);

    /// <summary>Waits until it is so, looking again after every call and change.</summary>
    public Task UntilAsync(Func<bool> condition, int seconds = 15) =>
        changes.UntilAsync(condition, () => string.Join(", ", Calls.Select(call => $"{call.Method} {call.Values.ToJsonString()}")), seconds);

    /// <summary>Waits for so many results of a task, repetitions too; the last one.</summary>
    public async Task<JsonNode> ResultAsync(string task, int count = 1)
    {
        await UntilAsync(() => Results(task).Count >= count);
        return Results(task)[count - 1];
    }

    public IReadOnlyList<JsonNode> Results(string task) => [.. Of("task_result").Where(result => (string?)result["task_id"] == task)];

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        sending.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using WebSocket accepted = await context.WebSockets.AcceptWebSocketAsync();
        int? refusal = Closes.TryDequeue(out int code) ? code : context.Request.Query["token"] != Token ? 4001 : context.Request.Query["node_id"] != NodeId ? 4002 : null;
        if (refusal is { } refused)
        {
            Change(() => Connections++);
            await CloseAsync(accepted, refused);
            Task rest = accepted.ReceiveAsync(new byte[16 * 1024].AsMemory(), context.RequestAborted).AsTask();
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        Change(() =>
        {
            socket = accepted;
            Connections++;
        });
        try
        {
            await ReceiveAsync(accepted, context.RequestAborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // Lost.
        }

        Change(() => socket = socket == accepted ? null : socket);
    }

    private async Task ReceiveAsync(WebSocket from, CancellationToken cancel)
    {
        byte[] buffer = new byte[2 * 1024 * 1024];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await from.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (from.State == WebSocketState.CloseReceived) await from.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
                return;
            }

            length += part.Count;
            if (!part.EndOfMessage) continue;
            lock (gate) Messages.Add(TimeProvider.System.GetElapsedTime(0));
            Assert.True(length <= 1024 * 1024, "A server takes 1 MiB.");
            JsonNode message = JsonNode.Parse(buffer.AsSpan(0, length))!;
            length = 0;
            if (message is JsonArray batch) Assert.InRange(batch.Count, 1, 50);
            foreach (JsonNode? entry in message is JsonArray entries ? entries : [message.DeepClone()])
                if (!await TakeAsync(from, entry!)) return;
        }
    }

    /// <returns>False when the connection is cut.</returns>
    private async Task<bool> TakeAsync(WebSocket from, JsonNode entry)
    {
        Assert.Equal("2.0", (string?)entry["jsonrpc"]);
        if ((string?)entry["method"] is not { } method)
        {
            if (calls.TryGetValue((string)entry["id"]!, out TaskCompletionSource<JsonNode>? call)) call.TrySetResult(entry.DeepClone());
            return true;
        }

        Reaction reaction = method == "task_result" && reactions.TryDequeue(out Reaction? next) ? next : Reaction.Take;
        Change(() => Calls.Add((method, entry["params"]?.DeepClone() ?? new JsonObject())));
        if (reaction == Reaction.Drop)
        {
            from.Abort();
            return false;
        }

        if (entry["id"] is not { } id) return true;
        await SendAsync(reaction.Code is { } code
            ? new { jsonrpc = "2.0", error = new { code, message = "scripted" }, id = (string?)id }
            : new { jsonrpc = "2.0", result = new { refused = Array.Empty<string>() }, id = (string?)id });
        return true;
    }

    private async Task SendAsync(object message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message));
        await sending.WaitAsync();
        try
        {
            await socket!.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The node has gone.
        }
        finally
        {
            sending.Release();
        }
    }

    private static async Task CloseAsync(WebSocket socket, int code) =>
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, code.ToString(CultureInfo.InvariantCulture), CancellationToken.None);

    private void Change(Action change)
    {
        lock (gate) change();
        changes.Tell();
    }

    /// <summary>What a result meets with.</summary>
    /// <param name="Code">An error with this code; null: it is taken.</param>
    internal sealed record Reaction(int? Code)
    {
        public static readonly Reaction Take = new(null as int?);

        /// <summary>It is taken, and the connection is cut before the answer.</summary>
        public static readonly Reaction Drop = new(0);
    }
}
