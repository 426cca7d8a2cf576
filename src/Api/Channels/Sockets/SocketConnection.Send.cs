using System.Net.WebSockets;

namespace Gateway.Api.Channels.Sockets;

/// <summary>What a socket sends: in order, by one writer, which runs only while there is something to send.</summary>
internal sealed partial class SocketConnection
{
    private readonly Queue<QueuedMessage> queue = new();
    private Task writer = Task.CompletedTask;
    private bool isWriting;
    private int queuedBytes;

    /// <summary>When the frame that is being sent began, as a timestamp of the clock; 0: none is.</summary>
    private long sendingSince;

    /// <summary>
    /// Queues a text message in UTF-8; never waits. When the queue is full the socket closes with <see cref="SocketClose.TooSlow"/>.
    /// </summary>
    /// <param name="text">The message; it must not change any more, and may be queued on many sockets.</param>
    /// <returns>False: the socket is ending.</returns>
    public bool TrySend(ReadOnlyMemory<byte> text)
    {
        bool isFull;
        lock (gate)
        {
            if (close is not null) return false;
            // One message of any size goes when nothing waits.
            isFull = queue.Count >= limits.SendMessages || (queue.Count > 0 && queuedBytes + text.Length > limits.SendBytes);
            if (!isFull) Enqueue(new QueuedMessage(text, null));
        }

        if (isFull) Close(SocketClose.TooSlow);
        return !isFull;
    }

    /// <summary>
    /// Queues a text message in UTF-8 and waits until it is handed to the transport: for a sender of much that goes at the peer's own speed. The queue's
    /// bound does not apply; who awaits each message before the next adds one.
    /// </summary>
    /// <param name="text">The message; it must not change any more.</param>
    /// <returns>False: the socket is ending, and the message was not sent, or not as a whole.</returns>
    public Task<bool> SendAsync(ReadOnlyMemory<byte> text)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (close is not null) return Task.FromResult(false);
            Enqueue(new QueuedMessage(text, written));
        }

        return written.Task;
    }

    private void Enqueue(QueuedMessage message)
    {
        queue.Enqueue(message);
        queuedBytes += message.Text.Length;
        StartWriter();
    }

    /// <summary>Starts the writer unless it runs; under the lock.</summary>
    private void StartWriter()
    {
        if (isWriting) return;
        isWriting = true;
        writer = Task.Run(WriteAsync);
    }

    private List<QueuedMessage> TakeQueue()
    {
        List<QueuedMessage> taken = [.. queue];
        queue.Clear();
        queuedBytes = 0;
        return taken;
    }

    private async Task WriteAsync()
    {
        QueuedMessage current = default;
        try
        {
            while (TryTakeNext(out current, out var last))
            {
                Volatile.Write(ref sendingSince, time.GetTimestamp());
                if (last is not null)
                {
                    await SendCloseAsync(last);
                    return;
                }

                await socket.SendAsync(current.Text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                Volatile.Write(ref sendingSince, 0);
                // The server takes writes to a connection that was cut, and drops them.
                if (isCut) throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
                current.Written?.TrySetResult(true);
                metrics.Sent(Kind);
            }
        }
        catch (Exception e)
        {
            // However a write fails, the peer has gone. This writer stays the last one.
            SocketLog.Lost(logger, Id, Kind.Name, e);
            Abort();
            List<QueuedMessage> lost;
            lock (gate) lost = TakeQueue();
            current.Written?.TrySetResult(false);
            foreach (var message in lost) message.Written?.TrySetResult(false);
        }
        finally
        {
            Volatile.Write(ref sendingSince, 0);
        }
    }

    /// <summary>The next message, or after the last one why the socket ends; false: nothing is left to do now.</summary>
    private bool TryTakeNext(out QueuedMessage next, out SocketClose? last)
    {
        lock (gate)
        {
            last = null;
            if (queue.TryDequeue(out next))
            {
                queuedBytes -= next.Text.Length;
                return true;
            }

            last = close;
            return isWriting = last is not null;
        }
    }

    private Task SendCloseAsync(SocketClose why) =>
        why.Code == SocketClose.Lost.Code || socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)
            ? Task.CompletedTask
            : socket.CloseOutputAsync((WebSocketCloseStatus)why.Code, why.Reason, CancellationToken.None);

    private bool IsSendStalled(long now) =>
        Volatile.Read(ref sendingSince) is > 0 and var since && time.GetElapsedTime(since, now) >= limits.SendTimeout;

    /// <summary>A message that waits, and who wants to know that it was sent.</summary>
    private readonly record struct QueuedMessage(ReadOnlyMemory<byte> Text, TaskCompletionSource<bool>? Written);
}
