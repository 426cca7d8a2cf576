using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Gateway.Api.Channels.Sockets;

/// <summary>What a socket takes in: whole messages, one at a time, each within the limits.</summary>
internal sealed partial class SocketConnection
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>How long a message may take from its first frame to its last.</summary>
    private static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(20);

    private readonly MessageRate rate;
    private long receivedAt;

    /// <summary>When the message that is being received began, as a timestamp of the clock; 0: none is.</summary>
    private long begunAt;

    private async Task ReceiveAsync()
    {
        while (true)
        {
            // Without a buffer: only once there is something to read is there one to read it into.
            var first = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            if (first.MessageType == WebSocketMessageType.Close)
            {
                Close(SocketClose.Normal);
                return;
            }

            Volatile.Write(ref begunAt, time.GetTimestamp());
            var message = await TakeAsync(first);
            Volatile.Write(ref begunAt, 0);
            if (message is not { } body || !await TryHandleAsync(() => handler.ReceivedAsync(body, Ending)))
            {
                await DiscardAsync();
                return;
            }
        }
    }

    /// <summary>The rest of a message, parsed; null: the socket is ending.</summary>
    private async ValueTask<JsonElement?> TakeAsync(ValueWebSocketReceiveResult first)
    {
        if (first.MessageType == WebSocketMessageType.Binary) Close(SocketClose.NotText);
        else if (!rate.TryTake()) Refuse(SocketFault.TooManyMessages, SocketClose.TooManyMessages);
        if (IsEnding) return null;

        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            for (var isWhole = first.EndOfMessage; !isWhole;)
            {
                if (length == buffer.Length) Grow(ref buffer);
                var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
                isWhole = result.EndOfMessage;
                if (length <= Kind.MaxMessageBytes) continue;
                Refuse(SocketFault.TooBig, SocketClose.TooBig);
                return null;
            }

            Volatile.Write(ref receivedAt, time.GetTimestamp());
            metrics.Received(Kind);
            if (Kind.Parse(buffer.AsMemory(0, length)) is { } message) return message;
            Refuse(SocketFault.NotJson, SocketClose.NotJson);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The socket is ending: what the peer still sends is read for nothing but its close frame.</summary>
    private async Task DiscardAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsIdle(long now) =>
        (Kind.IdleTimeout is { } limit && time.GetElapsedTime(Volatile.Read(ref receivedAt), now) >= limit)
        || (Volatile.Read(ref begunAt) is > 0 and var begun && time.GetElapsedTime(begun, now) >= MessageTimeout);

    private static void Grow(ref byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
