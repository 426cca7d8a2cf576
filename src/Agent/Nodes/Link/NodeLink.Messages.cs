using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Nodes.Link;

/// <summary>What goes over the socket: calls of both ends, and their answers.</summary>
internal sealed partial class NodeLink
{
    /// <summary>No answer for so long, and the connection is as good as lost.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>The largest message that is read, in bytes: a task's arguments may be 256 KiB.</summary>
    private const int LargestRead = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply<RpcResult>>> waiting = new(StringComparer.Ordinal);
    private Connection? current;
    private long lastId;

    /// <summary>Whether a socket is open.</summary>
    public bool IsOpen => Volatile.Read(ref current) is not null;

    /// <summary>Tells the server something; where there is no socket it is not told.</summary>
    public void Notify(string method, Action<Utf8JsonWriter> writeParams) => Volatile.Read(ref current)?.Mail.Post(RpcMessage.Call(null, method, writeParams));

    /// <summary>Calls the server and waits for its answer. The call is on its way, in the order of these calls, when the first wait begins.</summary>
    public async Task<Reply<RpcResult>> CallAsync(string method, Action<Utf8JsonWriter>? writeParams, CancellationToken cancel)
    {
        string id = Interlocked.Increment(ref lastId).ToString(CultureInfo.InvariantCulture);
        byte[] entry = RpcMessage.Call(id, method, writeParams);
        if (entry.Length > Mailbox.LargestMessage) return new Reply<RpcResult>(Verdict.TooLarge, null, "larger than a server takes");
        var answer = new TaskCompletionSource<Reply<RpcResult>>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        Connection? connection = Volatile.Read(ref current);
        try
        {
            if (connection?.Mail.Post(entry) is not true) return LostAnswer;
            return await answer.Task.WaitAsync(AnswerLimit, time, cancel);
        }
        catch (TimeoutException)
        {
            connection!.Socket.Abort();
            return LostAnswer;
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Ends the socket that is open without a word, as a broken network does.</summary>
    public void Cut() => Volatile.Read(ref current)?.Socket.Abort();

    /// <returns>How long the server asked to wait, if it did.</returns>
    private async Task<TimeSpan?> ReceiveAsync(Connection connection, INodeMethods methods, CancellationToken cancel)
    {
        TimeSpan? asked = null;
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await ReadAsync(connection.Socket, buffer, cancel) is { } message)
            {
                foreach (JsonElement entry in message.ValueKind == JsonValueKind.Array ? [.. message.EnumerateArray()] : new[] { message })
                {
                    if (RpcMessage.Text(entry, "method") is not { } method) TakeAnswer(entry);
                    else if (method == "reconnect") asked = Milliseconds(RpcMessage.Number(RpcMessage.Member(entry, "params") ?? default, "retry_after_ms"));
                    else TakeCall(connection, methods, method, entry);
                }
            }
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Lost, however: the caller opens another.
        }

        return asked;
    }

    private void TakeAnswer(JsonElement entry)
    {
        RpcError? error = RpcMessage.ErrorOf(entry);
        if (RpcMessage.Text(entry, "id") is { } id && waiting.TryGetValue(id, out TaskCompletionSource<Reply<RpcResult>>? answer))
            answer.TrySetResult(error is null ? new Reply<RpcResult>(Verdict.Ok, new RpcResult(RpcMessage.Member(entry, "result") ?? default)) : Refusal(error));
        else if (error is not null)
            NodeLog.ServerSays(log, ReplyMap.Clean(error.Message));
        if (error is null) Accepted();
    }

    private void Accepted()
    {
        if (!wasAccepted || toldWhy) NodeLog.Connected(log, address.NodeId, address.Server);
        (wasAccepted, toldWhy) = (true, false);
    }

    private static void TakeCall(Connection connection, INodeMethods methods, string method, JsonElement entry)
    {
        ValueTask<RpcOutcome> call = methods.CallAsync(method, RpcMessage.Member(entry, "params") ?? default);
        if (RpcMessage.Member(entry, "id") is not { } id) return;
        if (call.IsCompletedSuccessfully) connection.Mail.Post(RpcMessage.Answer(id, call.Result));
        else _ = AnswerAsync();

        async Task AnswerAsync() => connection.Mail.Post(RpcMessage.Answer(id, await call));
    }

    private void FailAll()
    {
        foreach (TaskCompletionSource<Reply<RpcResult>> answer in waiting.Values) answer.TrySetResult(LostAnswer);
    }

    private static Reply<RpcResult> Refusal(RpcError error) => new(
        error.Code switch
        {
            RpcError.Unavailable or RpcError.InternalError or RpcError.TooMany => Verdict.Unavailable,
            RpcError.NotRunning => Verdict.Conflict,
            RpcError.UnknownTask => Verdict.NotFound,
            _ => Verdict.Rejected,
        },
        null,
        ReplyMap.Clean(error.Message));

    /// <summary>The next message; null: the socket has ended, or the other side is no server of nodes.</summary>
    private static async Task<JsonElement?> ReadAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancel)
    {
        using var message = new MemoryStream();
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (part.MessageType is not WebSocketMessageType.Text || message.Length + part.Count > LargestRead) return null;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            try
            {
                return JsonElement.Parse(message.GetBuffer().AsSpan(0, (int)message.Length));
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private static Reply<RpcResult> LostAnswer { get; } = new(Verdict.Unavailable, null, "the socket was lost before the answer");

    private static TimeSpan? Milliseconds(long? value) => value is > 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(value.Value) : null;
}

/// <summary>The result of a call.</summary>
internal sealed record RpcResult(JsonElement Value);
