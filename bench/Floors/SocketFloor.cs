using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace Gateway.Bench.Floors;

/// <summary>Bare WebSockets of the framework, pinged as ours are, with a buffer only while there is something to read.</summary>
internal static class SocketFloor
{
    private const int Largest = 4096;

    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<WebSocket, bool> Listeners = [];

    /// <summary>Sends every message back.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        using var socket = await AcceptAsync(context);
        await ReadAsync(socket, message => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
    }

    /// <summary>Sends every message to all sockets that are open here. Not meant for two senders at once.</summary>
    public static async Task BroadcastAsync(HttpContext context)
    {
        using var socket = await AcceptAsync(context);
        Listeners[socket] = true;
        try
        {
            await ReadAsync(socket, async message =>
            {
                foreach (var (listener, _) in Listeners)
                    await listener.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            });
        }
        finally
        {
            Listeners.TryRemove(socket, out _);
        }
    }

    private static Task<WebSocket> AcceptAsync(HttpContext context) =>
        context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = Ping, KeepAliveTimeout = Ping });

    private static async Task ReadAsync(WebSocket socket, Func<ReadOnlyMemory<byte>, ValueTask> answer)
    {
        try
        {
            while ((await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                var buffer = new byte[Largest];
                var length = 0;
                for (var isWhole = false; !isWhole;)
                {
                    var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += result.Count;
                    isWhole = result.EndOfMessage;
                }

                await answer(buffer.AsMemory(0, length));
            }
        }
        catch (WebSocketException)
        {
            // The client has gone.
        }
    }
}
