using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// What stands before several servers: it passes connections on to each in turn, and to the next one where a server takes none. A
/// connection lasts as long as both ends keep it.
/// </summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly IReadOnlyList<GatewayServer> servers;
    private readonly Task accepting;
    private int next;

    public LoadBalancer(IReadOnlyList<GatewayServer> servers)
    {
        this.servers = servers;
        listener.Start();
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public string Url { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAsync(await listener.AcceptSocketAsync(stopping.Token));
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            using var server = await ConnectAsync();
            if (server is null) return;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            await Task.WhenAll(CopyAsync(client, server, ended), CopyAsync(server, client, ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        for (var tries = 0; tries < servers.Count; tries++)
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, servers[(int)((uint)Interlocked.Increment(ref next) % servers.Count)].PublicPort, stopping.Token);
                return server;
            }
            catch (SocketException)
            {
                server.Dispose();
            }
        }

        return null;
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource ended)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.ReceiveAsync(buffer, ended.Token)) > 0) await to.SendAsync(buffer.AsMemory(0, count), ended.Token);
        }
        finally
        {
            // One end is enough: HTTP does not go on in one direction only.
            await ended.CancelAsync();
        }
    }
}
