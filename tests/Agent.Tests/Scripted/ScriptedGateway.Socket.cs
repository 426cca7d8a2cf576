using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>
/// The socket of the device: commands are pushed, and what an earlier connection holds is sent again over the next one. Faults of messages are
/// named <c>ws.status</c>, <c>ws.command_result</c>, <c>ws.extend</c>, <c>ws.output</c>, <c>ws.release</c>, <c>ws.drain</c>; of the connection,
/// <c>ws.connect</c>.
/// </summary>
internal sealed partial class ScriptedGateway
{
    private const string OverSocket = "socket";

    private WebSocket? socket;
    private WebSocket? draining;

    /// <summary>Whether there is a socket at all; else 404.</summary>
    public bool HasSockets { get; set; }

    /// <summary>What <c>config_update</c> says.</summary>
    public object Config { get; set; } = new { heartbeatMs = 60_000, maxInFlight = 10, outputChunkBytes = 16_384, outputPerSecond = 100 };

    /// <summary>Whether a command is on its way when the agent asks for no more.</summary>
    public bool PushesWhileItDrains { get; set; }

    /// <summary>That command.</summary>
    public Command? UnderWay { get; private set; }

    /// <summary>How often a socket was opened.</summary>
    public int Connections { get; private set; }

    public bool IsConnected => socket is not null;

    /// <summary>What was printed, by command, in the order of arrival.</summary>
    public ConcurrentDictionary<string, List<(int Chunk, long Offset, string Text)>> Outputs { get; } = [];

    /// <summary>How much is kept of what a command prints, in UTF-16 units.</summary>
    public int MostOutput { get; set; } = int.MaxValue;

    public string OutputOf(Command command)
    {
        lock (gate) return Outputs.TryGetValue(command.Id, out var chunks) ? string.Concat(chunks.Select(chunk => chunk.Text)) : "";
    }

    /// <summary>Sends a message of its own.</summary>
    public Task SayAsync(object message) => SendAsync(socket!, message);

    /// <summary>Cuts the connection without a word.</summary>
    public void CutSocket() => socket?.Abort();

    /// <summary>Closes as a server does that stops: says when to come back, and ends.</summary>
    public async Task GoAwayAsync(int retryAfterMs)
    {
        await SayAsync(new { type = "reconnect", data = new { retryAfterMs } });
        await socket!.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "stopping", CancellationToken.None);
    }

    /// <summary>Closes with a code of the gateway's own.</summary>
    public Task CloseSocketAsync(int code) => socket!.CloseOutputAsync((WebSocketCloseStatus)code, null, CancellationToken.None);

    /// <summary>Pushes a claim again that was pushed before.</summary>
    public Task RepeatAsync(Command command) => SendAsync(socket!, Push(command));

    private async Task ServeSocketAsync(HttpContext context)
    {
        Fault? fault = faults.TryGetValue("ws.connect", out ConcurrentQueue<Fault>? queue) && queue.TryDequeue(out Fault? next) ? next : null;
        if (!HasSockets || fault is Fault.Status)
        {
            context.Response.StatusCode = (fault as Fault.Status)?.Code ?? 404;
            Note($"connect {context.Response.StatusCode}");
            return;
        }

        if (fault is not null)
        {
            await HinderAsync(context, fault);
            Note("connect hindered");
            return;
        }

        if (context.Request.Query["deviceId"] != DeviceId || context.Request.Query["secret"] != Secret)
        {
            context.Response.StatusCode = 401;
            Note("connect 401");
            return;
        }

        using WebSocket accepted = await context.WebSockets.AcceptWebSocketAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(app.Lifetime.ApplicationStopping);
        await SendAsync(accepted, new { type = "config_update", data = Config });
        lock (gate)
        {
            socket = accepted;
            Connections++;
        }

        Note("connect 101");
        Task pushing = PushAllAsync(accepted, ended.Token);
        try
        {
            await ReceiveAsync(context, accepted);
        }
        catch (WebSocketException)
        {
            // Lost.
        }

        lock (gate) socket = socket == accepted ? null : socket;
        Note("disconnect");
        await ended.CancelAsync();
        await pushing;
    }

    /// <summary>What stands between an agent and its gateway and knows of no sockets.</summary>
    private async Task HinderAsync(HttpContext context, Fault fault)
    {
        using WebSocket? accepted = fault is Fault.HangAfter or Fault.DropAfter ? await context.WebSockets.AcceptWebSocketAsync() : null;
        if (fault is Fault.DropAfter) await SendAsync(accepted!, new { type = "config_update", data = Config });
        if (fault is Fault.HangAfter or Fault.HangBefore)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, app.Lifetime.ApplicationStopping);
            Task hanging = accepted is null ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone.Token) : accepted.ReceiveAsync(new byte[1].AsMemory(), gone.Token).AsTask();
            await hanging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Abort();
    }

    private async Task PushAllAsync(WebSocket to, CancellationToken cancel)
    {
        var sent = new HashSet<string>();
        while (!cancel.IsCancellationRequested && to.State == WebSocketState.Open)
        {
            List<object> pushes = [];
            Task next;
            lock (gate)
            {
                foreach (Command command in commands.Values.Where(command => command.Status is null && !command.Cancelled && draining != to))
                {
                    if (command.ClaimToken is not null ? command.ClaimedBy != OverSocket : pushes.Count >= 10) continue;
                    if (command.ClaimToken is null)
                    {
                        command.BroughtBy = to;
                        command.Grant(OverSocket, NewToken(), Visibility ?? TimeSpan.FromMinutes(5));
                    }

                    if (sent.Add(command.ClaimToken!)) pushes.Add(Push(command));
                }

                next = changes.Next;
            }

            foreach (object push in pushes) await SendAsync(to, push);
            if (pushes.Count > 0) changes.Tell();
            await next.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static object Push(Command command) => new
    {
        type = "command",
        data = new
        {
            id = command.Id,
            type = command.Type,
            parameters = command.Parameters,
            claimToken = command.ClaimToken,
            visibleUntil = command.VisibleUntil.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            timeoutMs = command.TimeoutMs,
            attempt = command.Attempt,
        },
    };

    private async Task ReceiveAsync(HttpContext context, WebSocket from)
    {
        byte[] buffer = new byte[256 * 1024];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await from.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await from.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                return;
            }

            length += part.Count;
            if (!part.EndOfMessage) continue;
            JsonNode message = JsonNode.Parse(buffer.AsSpan(0, length))!;
            length = 0;
            if (!await HandleAsync(from, (string)message["type"]!, (string?)message["id"], message["data"]!)) return;
        }
    }

    /// <returns>False when the connection is cut instead of answering.</returns>
    private async Task<bool> HandleAsync(WebSocket from, string type, string? id, JsonNode data)
    {
        Fault? fault = faults.TryGetValue($"ws.{type}", out ConcurrentQueue<Fault>? queue) && queue.TryDequeue(out Fault? next) ? next : null;
        if (fault is Fault.DropBefore)
        {
            Note($"ws.{type} dropped");
            from.Abort();
            return false;
        }

        var context = new DefaultHttpContext();
        context.Request.RouteValues["id"] = (string?)data["commandId"];
        var body = (JsonObject)data.DeepClone();
        body.Remove("commandId");
        (int status, object answer) = fault is Fault.Status wrong ? (wrong.Code, Error("SERVICE_UNAVAILABLE", "scripted")) : type switch
        {
            "status" => Heartbeat(context, body),
            "command_result" => Result(context, body),
            "extend" => Extend(context, body),
            "release" => Release(context, body),
            "drain" => await DrainAsync(from),
            "output" => TakeOutput(context, body),
            _ => (400, Error("INVALID_REQUEST", "type")),
        };
        if (fault is Fault.DropAfter)
        {
            Note($"ws.{type} dropped");
            from.Abort();
            return false;
        }

        await SendAsync(from, status == 200
            ? new { type = "ack", id, data = answer }
            : new { type = "error", id, data = JsonSerializer.SerializeToNode(answer)!["error"] });
        Note($"ws.{type} {status}");
        return true;
    }

    private async Task<(int, object)> DrainAsync(WebSocket from)
    {
        lock (gate) draining = from;
        if (PushesWhileItDrains)
        {
            UnderWay = Enqueue("system_info");
            Claim(UnderWay);
            await SendAsync(from, Push(UnderWay));
        }

        return (200, new { success = true });
    }

    private (int, object) TakeOutput(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            if (Refuse(context, body, out Command command) is { } refusal) return refusal;
            List<(int Chunk, long, string)> chunks = Outputs.GetOrAdd(command.Id, _ => []);
            int chunk = (int)body["chunk"]!;
            if (chunks.All(known => known.Chunk != chunk)) chunks.Add((chunk, (long)body["offset"]!, (string)body["text"]!));
            return (200, new { success = true, truncated = chunks.Sum(known => known.Item3.Length) >= MostOutput });
        }
    }

    private static async Task SendAsync(WebSocket to, object message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message));
        // One sender at a time: pushes and answers come from two loops.
        await Sending.WaitAsync();
        try
        {
            await to.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The agent has gone.
        }
        finally
        {
            Sending.Release();
        }
    }

    private static readonly SemaphoreSlim Sending = new(1, 1);
}
