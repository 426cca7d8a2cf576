using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Gateway.Agent.Credentials;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Transport;
using Gateway.Agent.Transport.Sockets;

namespace Gateway.Agent.Tests.Sockets;

/// <summary>The link against a peer at wire level.</summary>
public sealed class SocketLinkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Request_SocketEndsWhileItIsSent_IsUnansweredAndNoCancellation()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        // Set before it listens, it holds for what is accepted: a peer that does not read is soon full.
        listener.Server.ReceiveBufferSize = 4096;
        listener.Start();
        var credentials = new DeviceCredentials(
            $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "pi-1", new string('s', 43), RegistrationState.Registered);
        using var link = new SocketLink(
            credentials, _ => { }, new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), new HastyTimeProvider(), new RecordedLog());
        using var stop = new CancellationTokenSource();
        Task running = link.RunAsync(stop.Token, stop.Token);
        using Socket peer = await AcceptAsync(listener);
        await link.Opened.WaitAsync(Limit, TimeProvider.System);

        // More than the buffers on the way take: one is being sent, and others wait behind it.
        var output = new OutputRequest("token", 1, 0, new string('x', 200 * 1024));
        Task<Reply<OutputTaken>?>[] requests =
            [.. Enumerable.Range(0, 40).Select(_ => link.TryRequestAsync("output", "c", output, Wire.Json.OutputRequest, Wire.Json.OutputTaken, CancellationToken.None))];
        await FullAsync(peer);
        await peer.SendAsync(CloseFrame);

        foreach (Reply<OutputTaken>? reply in await Task.WhenAll(requests).WaitAsync(Limit, TimeProvider.System))
            Assert.Equal(Verdict.Unavailable, reply?.Verdict ?? Verdict.Unavailable);
        await stop.CancelAsync();
        await running.WaitAsync(Limit, TimeProvider.System);
    }

    private static ReadOnlyMemory<byte> CloseFrame { get; } = new byte[] { 0x88, 0 };

    /// <summary>Takes a connection and makes it a WebSocket.</summary>
    private static async Task<Socket> AcceptAsync(TcpListener listener)
    {
        using var limit = new CancellationTokenSource(Limit);
        Socket peer = await listener.AcceptSocketAsync(limit.Token);
        var request = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(buffer, 0, await peer.ReceiveAsync(buffer.AsMemory(), limit.Token)));
        string key = request.ToString().Split("\r\n").Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase)).Split(": ")[1];
#pragma warning disable CA5350 // As RFC 6455 has it; it guards nothing.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        string answer = $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
        await peer.SendAsync(Encoding.ASCII.GetBytes(answer).AsMemory(), limit.Token);
        return peer;
    }

    /// <summary>Waits until nothing more comes that the peer could take in.</summary>
    private static async Task FullAsync(Socket peer)
    {
        using var limit = new CancellationTokenSource(Limit);
        for (int before = 0; peer.Available == 0 || peer.Available != before;)
        {
            before = peer.Available;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>A clock that is a second further at every look, so that no turn is waited for; its timers are real.</summary>
    private sealed class HastyTimeProvider : TimeProvider
    {
        private long looks;

        public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Increment(ref looks) * TimestampFrequency);
    }
}
