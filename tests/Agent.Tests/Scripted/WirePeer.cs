using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>The other end of one WebSocket, at wire level: it reads nothing, and what it says a test tells it.</summary>
internal sealed class WirePeer : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private Socket? socket;

    public WirePeer()
    {
        // Set before it listens, it holds for what is accepted: a peer that does not read is soon full.
        listener.Server.ReceiveBufferSize = 4096;
        listener.Start();
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Takes a connection and makes it a WebSocket.</summary>
    public async Task AcceptAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        socket = await listener.AcceptSocketAsync(limit.Token);
        var request = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)));
        string key = request.ToString().Split("\r\n").Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase)).Split(": ")[1];
#pragma warning disable CA5350 // As RFC 6455 has it; it guards nothing.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        string answer = $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer).AsMemory(), limit.Token);
    }

    /// <summary>Sends a text of at most 125 bytes.</summary>
    public async Task SayAsync(string text) => await socket!.SendAsync((byte[])[0x81, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);

    /// <summary>Sends a close frame without a code.</summary>
    public async Task CloseAsync() => await socket!.SendAsync(new byte[] { 0x88, 0 });

    /// <summary>Waits until nothing more comes that it could take in.</summary>
    public async Task FullAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        for (int before = 0; socket!.Available == 0 || socket.Available != before;)
        {
            before = socket.Available;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        listener.Dispose();
    }
}
