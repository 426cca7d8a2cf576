using System.Net.WebSockets;

namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// One open WebSocket: one reader (<c>Receive.cs</c>), one writer over a bounded queue (<c>Send.cs</c>), one end. Sending and closing may be called
/// from any thread and never wait; an idle socket holds no buffer, no timer and no task but its pending read. Deadlines are watched from outside
/// (<see cref="OpenSockets"/>), a second exact.
/// </summary>
internal sealed partial class SocketConnection : IDisposable
{
    private readonly WebSocket socket;
    private readonly Action cut;
    private readonly CancellationToken gone;
    private readonly ISocketHandler handler;
    private readonly ChannelOptions limits;
    private readonly SocketMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private SocketClose? close;
    private long closeBy = long.MaxValue;
    private Task told = Task.CompletedTask;
    private bool isOver;
    private volatile bool isCut;

    /// <summary>Made by <see cref="SocketServer"/>.</summary>
    /// <param name="id">See <see cref="Id"/>.</param>
    /// <param name="kind">See <see cref="Kind"/>.</param>
    /// <param name="socket">The socket, which is this connection's from now on.</param>
    /// <param name="cut">Cuts the connection below the socket.</param>
    /// <param name="handler">The protocol.</param>
    /// <param name="limits">The limits that hold for every kind.</param>
    /// <param name="metrics">Where messages are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what handlers throw.</param>
    /// <param name="gone">Cancelled when the connection below the socket has ended.</param>
    public SocketConnection(
        string id, SocketKind kind, WebSocket socket, Action cut, ISocketHandler handler,
        ChannelOptions limits, SocketMetrics metrics, TimeProvider time, ILogger logger, CancellationToken gone)
    {
        (Id, Kind, this.socket, this.cut, this.gone, this.handler) = (id, kind, socket, cut, gone, handler);
        (this.limits, this.metrics, this.time, this.logger) = (limits, metrics, time, logger);
        rate = new MessageRate(limits.MessagesPerSecond, time);
        receivedAt = time.GetTimestamp();
        Ending = ending.Token;
    }

    /// <summary><c>conn_</c> and a <see cref="Core.Ids.SortableId"/>: never used twice.</summary>
    public string Id { get; }

    /// <summary>What it is.</summary>
    public SocketKind Kind { get; }

    /// <summary>Cancelled when the socket begins to end, whoever ends it.</summary>
    public CancellationToken Ending { get; }

    /// <summary>
    /// Ends the socket: a close frame, at most <see cref="ChannelOptions.CloseTimeout"/> for the peer's answer, then the connection is cut. The first
    /// call counts. Never waits.
    /// </summary>
    public void Close(SocketClose why)
    {
        List<QueuedMessage> dropped = [];
        lock (gate)
        {
            if (close is not null) return;
            close = why;
            Volatile.Write(ref closeBy, time.GetTimestamp() + (long)(limits.CloseTimeout.TotalSeconds * time.TimestampFrequency));
            if (!why.SendsQueued) dropped = TakeQueue();
            StartWriter();
            told = ending.CancelAsync();
        }

        foreach (var message in dropped) message.Written?.TrySetResult(false);
    }

    /// <summary>Tells the peer when to come back, and ends the socket because the server stops.</summary>
    public void GoAway(TimeSpan comeBackAfter)
    {
        if (handler.Reconnect(comeBackAfter) is { IsEmpty: false } text) TrySend(text);
        Close(SocketClose.GoingAway);
    }

    /// <summary>Cuts the connection: whatever waits for the peer fails at once.</summary>
    public void Abort()
    {
        Close(SocketClose.Lost);
        isCut = true;
        lock (gate)
        {
            // What is below the socket may be another request's by then.
            if (isOver) return;
            socket.Abort();
            cut();
        }
    }

    /// <summary>Runs the socket from its opening to its end; answers why it ended.</summary>
    public async Task<SocketClose> RunAsync()
    {
        try
        {
            if (await TryHandleAsync(() => handler.OpenedAsync(this, Ending))) await ReceiveAsync();
            else await DiscardAsync();
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode == WebSocketError.Faulted)
        {
            // Not UTF-8, or no frames as they should be: the framework has sent the code for it, and resets the connection once it is let go. The
            // peer gets the time to read it.
            Close(SocketClose.NotJson);
            await GoneAsync();
        }
        catch (Exception e)
        {
            // However a read fails, the peer has gone.
            SocketLog.Lost(logger, Id, Kind.Name, e);
            Abort();
        }

        Task lastWork;
        lock (gate) lastWork = Task.WhenAll(writer, told);
        await lastWork;
        try
        {
            await handler.ClosedAsync(close!);
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(logger, Id, Kind.Name, e);
        }

        lock (gate) isOver = true;
        return close!;
    }

    /// <inheritdoc />
    public void Dispose() => ending.Dispose();

    /// <summary>Called now and then: ends what has passed a deadline.</summary>
    public void CheckDeadlines()
    {
        var now = time.GetTimestamp();
        if (now >= Volatile.Read(ref closeBy)) Abort();
        else if (IsSendStalled(now)) Close(SocketClose.TooSlow);
        else if (IsIdle(now)) Close(SocketClose.Idle);
    }

    /// <summary>Waits until the peer has gone, or its time is over and it is cut.</summary>
    private async Task GoneAsync()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = gone.Register(left.SetResult);
        await left.Task;
    }

    /// <summary>Runs the handler; false: the socket is ending.</summary>
    private async Task<bool> TryHandleAsync(Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (OperationCanceledException) when (Ending.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            SocketLog.HandlerFailed(logger, Id, Kind.Name, e);
            Refuse(SocketFault.Failed, SocketClose.Failed);
        }

        return !IsEnding;
    }

    private bool IsEnding
    {
        get { lock (gate) return close is not null; }
    }

    private void Refuse(SocketFault fault, SocketClose why)
    {
        if (handler.Explain(fault) is { IsEmpty: false } text) TrySend(text);
        Close(why);
    }
}
