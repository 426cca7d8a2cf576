using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// What is between clients and servers: it passes connections on to each server in turn, and to the next one where a server takes none. A
/// connection lasts as long as both ends keep it, unless all are cut.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly IReadOnlyList<GatewayServer> servers;
    private readonly HashSet<(Socket Client, Socket Server)> connections = [];
    private readonly Task accepting;
    private int next;

    public Network(params IReadOnlyList<GatewayServer> servers)
    {
        this.servers = servers;
        listener.Start();
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public string Url { get; }

    /// <summary>Cuts all connections that there are, without a word; new ones can be made.</summary>
    public void Cut()
    {
        lock (connections)
        {
            foreach (var (client, server) in connections)
            {
                // Without a delay the other side gets a reset, and what was under way is lost.
                client.Close(0);
                server.Close(0);
            }
        }
    }

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
            lock (connections) connections.Add((client, server));
            await Task.WhenAll(CopyAsync(client, server, ended), CopyAsync(server, client, ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (connections) connections.Remove((client, server));
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
