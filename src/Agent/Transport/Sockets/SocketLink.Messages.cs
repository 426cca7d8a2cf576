using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gateway.Agent.Transport.Sockets;

/// <summary>What goes over the socket: requests, each with an id and so with an answer, and what the gateway sends by itself.</summary>
internal sealed partial class SocketLink
{
    /// <summary>No answer for so long, and the connection is as good as lost.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>How long an agent that stops waits to be told that no more comes.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);

    /// <summary>The longest claim that a gateway pushes.</summary>
    private static readonly TimeSpan LongestClaim = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply<AnswerData>>> waiting = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly SendPace turns;
    private (DateTimeOffset? At, long Timestamp) serverTime;
    private ClientWebSocket? current;
    private long lastId;

    /// <summary>The gateway's clock; null: it did not say.</summary>
    public DateTimeOffset? ServerTime => serverTime.At + time.GetElapsedTime(serverTime.Timestamp);

    /// <summary>Whether a socket is open.</summary>
    public bool IsOpen => Volatile.Read(ref current) is not null;

    /// <summary>Sends and waits for the answer; null: there is no socket, or the message is too large for it.</summary>
    /// <param name="commandId">What it is about; null: no command.</param>
    public async Task<Reply<TAnswer>?> TryRequestAsync<TBody, TAnswer>(
        string type, string? commandId, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
        where TAnswer : class
    {
        if (Volatile.Read(ref current) is null) return null;
        string id = Interlocked.Increment(ref lastId).ToString(CultureInfo.InvariantCulture);
        byte[] message = SocketMessage.Write(type, id, commandId, body, bodyType);
        if (message.Length > SocketMessage.LargestSent) return null;
        await turns.WaitAsync(cancel);
        if (Volatile.Read(ref current) is not { } socket) return null;

        var answer = new TaskCompletionSource<Reply<AnswerData>>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        try
        {
            await SendAsync(socket, message);
            Reply<AnswerData> reply = await answer.Task.WaitAsync(AnswerLimit, time, cancel);
            if (reply.Verdict is not Verdict.Ok) return reply.As<TAnswer>(_ => null);
            return SocketMessage.As(reply.Value!.Data, answerType) is { } value
                ? new Reply<TAnswer>(Verdict.Ok, value)
                : new Reply<TAnswer>(Verdict.Unavailable, null, "the answer is not what a gateway answers");
        }
        catch (Exception broken) when (broken is TimeoutException or WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
            || (broken is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // A socket that was lost a moment ago says so by a cancellation that nobody asked for.
            socket.Abort();
            return new Reply<TAnswer>(Verdict.Unavailable, null, "the socket was lost before the answer");
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Has the gateway send no more commands; what it has sent has come when this is done, unless it takes too long.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(DrainLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            // One that is about to open will bring commands, too.
            await connecting.WaitAsync(either.Token);
            await TryRequestAsync("drain", null, new DrainRequest(), Wire.Json.DrainRequest, Wire.Json.WordTaken, either.Token);
        }
        catch (OperationCanceledException)
        {
            // What still comes is given back as well, as long as there is time.
        }
    }

    private async Task SendAsync(ClientWebSocket socket, byte[] message)
    {
        await sending.WaitAsync(CancellationToken.None);
        try
        {
            // Cancelling a send would cost the connection; one that hangs ends with it, when no pong comes.
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task CloseAsync(ClientWebSocket socket)
    {
        await sending.WaitAsync(CancellationToken.None);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended already.
        }
        finally
        {
            sending.Release();
        }
    }

    /// <returns>How long the gateway asked to wait, if it did.</returns>
    private async Task<TimeSpan?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        TimeSpan? asked = null;
        try
        {
            while (await SocketMessage.ReadAsync(socket, buffer, cancel) is { } message)
            {
                if (message.Type == "reconnect") asked = Milliseconds(SocketMessage.As(message.Data, Wire.Json.ReconnectHint)?.RetryAfterMs);
                else Take(message);
            }
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Lost, however: the caller opens another.
        }

        return asked;
    }

    private void Take(Received message)
    {
        switch (message.Type)
        {
            case "ack" when message.Id is { } id && waiting.TryGetValue(id, out TaskCompletionSource<Reply<AnswerData>>? answer):
                answer.TrySetResult(new Reply<AnswerData>(Verdict.Ok, new AnswerData(message.Data)));
                break;
            case "error" when message.Id is { } id && waiting.TryGetValue(id, out TaskCompletionSource<Reply<AnswerData>>? answer):
                answer.TrySetResult(Refusal(SocketMessage.As(message.Data, Wire.Json.ErrorBody)));
                break;
            case "error":
                TransportLog.SocketError(log, Refusal(SocketMessage.As(message.Data, Wire.Json.ErrorBody)).Detail);
                break;
            case "command" when SocketMessage.As(message.Data, Wire.Json.ClaimedCommandBody) is { } body
                && ClaimReading.Read(body, LongestClaim, ServerTime) is { } command:
                pushed(command);
                break;
            case "config_update" when SocketMessage.As(message.Data, Wire.Json.ConfigUpdate) is { } config:
                Pace = Pace with
                {
                    ChunkBytes = Math.Clamp(config.OutputChunkBytes ?? Pace.ChunkBytes, 256, 128 * 1024),
                    Interval = TimeSpan.FromSeconds(1 / Math.Clamp(config.OutputPerSecond ?? 5, 0.1, 100)),
                };
                break;
        }
    }

    private void FailAll()
    {
        foreach (TaskCompletionSource<Reply<AnswerData>> answer in waiting.Values)
            answer.TrySetResult(new Reply<AnswerData>(Verdict.Unavailable, null, "the socket was lost before the answer"));
    }

    private static Reply<AnswerData> Refusal(ErrorBody? error)
    {
        Verdict verdict = error?.Code switch
        {
            "UNAUTHORIZED" => Verdict.Unauthorized,
            "FORBIDDEN" => Verdict.Forbidden,
            "NOT_FOUND" => Verdict.NotFound,
            "CONFLICT" => Verdict.Conflict,
            "PAYLOAD_TOO_LARGE" => Verdict.TooLarge,
            "RATE_LIMITED" => Verdict.Throttled,
            "INVALID_REQUEST" => Verdict.Rejected,
            _ => Verdict.Unavailable,
        };
        return new Reply<AnswerData>(verdict, null, ReplyMap.Clean($"{error?.Code}: {error?.Message}"), Milliseconds(error?.Details?.RetryAfterMs));
    }

    private static TimeSpan? Milliseconds(double? value) => value is > 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(value.Value) : null;

    /// <summary>An answer's data.</summary>
    private sealed record AnswerData(JsonElement Data);
}
