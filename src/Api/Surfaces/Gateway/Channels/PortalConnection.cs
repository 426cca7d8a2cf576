using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.AspNetCore.SignalR;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// One customer's SignalR connection: a queue with the bounds of a raw socket's, since SignalR itself has none, and one writer, which runs only while
/// there is something to send.
/// </summary>
internal sealed class PortalConnection(
    string customerId, DateTimeOffset endsAt, IClientProxy client, Action cut, ChannelOptions limits, TimeProvider time) : ICustomerConnection
{
    private readonly Lock gate = new();
    private readonly Queue<CustomerMessage> queue = new();
    private Task writer = Task.CompletedTask;
    private SocketClose? close;
    private bool isWriting;
    private int queuedBytes;

    /// <inheritdoc />
    public string CustomerId => customerId;

    /// <inheritdoc />
    public DateTimeOffset EndsAt => endsAt;

    /// <summary>What the peer may send.</summary>
    public MessageRate Rate { get; } = new(limits.MessagesPerSecond, time);

    /// <summary>Why it ends, or has ended.</summary>
    public SocketClose WhyClosed
    {
        get { lock (gate) return close ?? SocketClose.Normal; }
    }

    /// <summary>Done when everything so far is sent, or nothing more is.</summary>
    public Task Sent
    {
        get { lock (gate) return writer; }
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
            last = why.SendsQueued ? writer : Task.CompletedTask;
        }

        _ = EndAsync(last);
    }

    private async Task EndAsync(Task last)
    {
        await last.WaitAsync(limits.CloseTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cut();
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
            while (TryTakeNext() is { } message) await client.SendAsync(message.Type, message.Data);
        }
        catch (Exception)
        {
            // However a write fails, the peer has gone: SignalR ends the connection. This writer stays the last one.
            cut();
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
