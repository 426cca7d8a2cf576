using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The network between a device and a server: a TCP relay whose connections can be cut without a word.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<(Socket Near, Socket Far)> connections = [];
    private readonly int port;
    private readonly Task accepting;

    /// <param name="port">Where the server listens on this machine.</param>
    public Relay(int port)
    {
        this.port = port;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Url => $"http://{listener.LocalEndpoint}";

    /// <summary>Cuts all connections that there are; new ones can be made.</summary>
    public void Cut()
    {
        lock (connections)
        {
            foreach (var (near, far) in connections)
            {
                // Without a delay the other side gets a reset, and what was under way is lost.
                near.Close(0);
                far.Close(0);
            }

            connections.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await listener.AcceptSocketAsync();
            var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, port);
            }
            catch (SocketException)
            {
                near.Dispose();
                far.Dispose();
                continue;
            }

            lock (connections) connections.Add((near, far));
            _ = PumpAsync(near, far);
            _ = PumpAsync(far, near);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
