using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.AspNetCore.SignalR;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// One customer's SignalR connection: a queue with the bounds of a raw socket's, since SignalR itself has none, and one writer, which runs only while
/// there is something to send.
/// </summary>
/// <param name="customerId">Who has connected.</param>
/// <param name="endsAt">When the token ends.</param>
/// <param name="client">Where messages go.</param>
/// <param name="end">Ends the connection after what was sent.</param>
/// <param name="cut">Cuts the connection below it, whatever is still under way.</param>
/// <param name="limits">The limits of sockets.</param>
/// <param name="metrics">Where messages are counted.</param>
/// <param name="time">The clock.</param>
internal sealed class PortalConnection(
    string customerId, DateTimeOffset endsAt, IClientProxy client, Action end, Action cut, ChannelOptions limits, SocketMetrics metrics, TimeProvider time)
    : ICustomerConnection
{
    private readonly MessageRate rate = new(limits.MessagesPerSecond, time);
    private readonly Lock gate = new();
    private readonly Queue<CustomerMessage> queue = new();
    private Task writer = Task.CompletedTask;
    private SocketClose? close;
    private bool isWriting;
    private bool isOver;
    private int queuedBytes;

    /// <inheritdoc />
    public string CustomerId => customerId;

    /// <inheritdoc />
    public DateTimeOffset EndsAt => endsAt;

    /// <summary>What it is.</summary>
    public static SocketKind Kind { get; } = new("portal", CustomerSockets.MaxMessageBytes);

    /// <summary>Why it ends, or has ended.</summary>
    public SocketClose WhyClosed
    {
        get { lock (gate) return close ?? SocketClose.Normal; }
    }

    /// <summary>Counts a message of the peer's; false: it is one too many, and the connection ends.</summary>
    public bool TryReceive()
    {
        metrics.Received(Kind);
        if (rate.TryTake()) return true;
        Close(SocketClose.TooManyMessages);
        return false;
    }

    /// <inheritdoc />
    public bool TrySend(CustomerMessage message)
    {
        bool isFull;
        lock (gate)
        {
            if (close is not null) return false;
            isFull = queue.Count >= limits.SendMessages || (queue.Count > 0 && queuedBytes + message.Text.Length > limits.SendBytes);
            if (!isFull) Enqueue(message);
        }

        if (isFull) Close(SocketClose.TooSlow);
        return !isFull;
    }

    /// <inheritdoc />
    public void Close(SocketClose why)
    {
        Task last;
        lock (gate)
        {
            if (close is not null) return;
            close = why;
            if (why.SendsQueued) Enqueue(PortalHub.Closing(why));
            else queue.Clear();
            last = writer;
        }

        if (why.SendsQueued) _ = EndAsync(last);
        else Cut();
    }

    /// <summary>The connection has ended: what is below it may be another one's from now on.</summary>
    /// <param name="broke">Whether it broke, or the peer fell silent, where nobody had closed it.</param>
    public void Over(bool broke)
    {
        lock (gate)
        {
            isOver = true;
            if (broke) close ??= SocketClose.Lost;
        }
    }

    private async Task EndAsync(Task last)
    {
        try
        {
            await last.WaitAsync(limits.CloseTimeout, time);
            end();
        }
        catch (TimeoutException)
        {
            Cut();
        }
    }

    private void Cut()
    {
        lock (gate)
            if (!isOver) cut();
    }

    private void Enqueue(CustomerMessage message)
    {
        queue.Enqueue(message);
        queuedBytes += message.Text.Length;
        if (isWriting) return;
        isWriting = true;
        writer = Task.Run(WriteAsync);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (TryTakeNext() is { } message)
            {
                await client.SendAsync(message.Type, message.Data);
                metrics.Sent(Kind);
            }
        }
        catch (Exception)
        {
            // However a write fails, the peer has gone. This writer stays the last one.
            Cut();
        }
    }

    private CustomerMessage? TryTakeNext()
    {
        lock (gate)
        {
            isWriting = queue.TryDequeue(out var next);
            queuedBytes -= next?.Text.Length ?? 0;
            return next;
        }
    }
}
