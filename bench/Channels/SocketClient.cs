using System.Diagnostics;
using System.Net.WebSockets;

namespace Gateway.Bench.Channels;

/// <summary>Called with a message and when it had come, as a timestamp of <see cref="Stopwatch"/>.</summary>
internal delegate void Received(ReadOnlySpan<byte> text, long at);

/// <summary>A client's WebSocket; what comes is handed on at once.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    // Small: five thousand of them wait at once.
    private const int FirstBuffer = 512;

    private static readonly HttpMessageInvoker Invoker = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    private readonly ClientWebSocket socket = new();
    private readonly Received received;
    private Task reading = Task.CompletedTask;
    private volatile bool isOver;

    private SocketClient(Received received)
    {
        this.received = received;
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
    }

    /// <summary>Opens it.</summary>
    /// <param name="server">Its http address.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="received">Called for each message, one after another.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<SocketClient> OpenAsync(Uri server, string path, Received received, CancellationToken cancellationToken)
    {
        var client = new SocketClient(received);
        var address = new UriBuilder(new Uri(server, path)) { Scheme = "ws" }.Uri;
        await client.socket.ConnectAsync(address, Invoker, cancellationToken);
        client.reading = client.ReadAsync();
        return client;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        isOver = true;
        socket.Abort();
        await reading;
        socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[FirstBuffer];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length) Array.Resize(ref buffer, 2 * length);
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) break;
                length += part.Count;
                if (!part.EndOfMessage) continue;
                received(buffer.AsSpan(0, length), Stopwatch.GetTimestamp());
                length = 0;
            }
        }
        catch (Exception e) when (isOver || e is WebSocketException)
        {
            // Ended by us, or lost, which is told below.
        }

        // Whoever waits for a message gives up in time; this says why.
        if (!isOver) await Console.Error.WriteLineAsync($"A socket was closed by the server: {socket.CloseStatus} {socket.CloseStatusDescription}");
    }
}
