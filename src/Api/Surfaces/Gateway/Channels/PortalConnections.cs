using System.Collections.Concurrent;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// The SignalR connections that are open on this replica. When the program stops they are told when to come back, before SignalR, which stops with it,
/// cuts them.
/// </summary>
internal sealed class PortalConnections(IHostApplicationLifetime lifetime, SocketMetrics metrics, IOptions<ChannelOptions> options) : IHostedService, IDisposable
{
    /// <summary>How long peers have for the end of their connections when the program stops.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<PortalConnection, bool> open = [];
    private CancellationTokenRegistration stopping;
    private int requests;

    /// <summary>Runs the request of a connection to the end of its socket, which comes after that of the connection.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate run)
    {
        Interlocked.Increment(ref requests);
        try
        {
            await run(context);
        }
        finally
        {
            Interlocked.Decrement(ref requests);
        }
    }

    /// <summary>A connection was opened.</summary>
    public void Add(PortalConnection connection)
    {
        open[connection] = true;
        metrics.Opened(PortalConnection.Kind);
    }

    /// <summary>A connection has ended.</summary>
    public void Remove(PortalConnection connection)
    {
        if (open.TryRemove(connection, out _)) metrics.Closed(PortalConnection.Kind, connection.WhyClosed);
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The last to register is told first, and SignalR registered when the hub was mapped.
        stopping = lifetime.ApplicationStopping.Register(SendAway);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => stopping.Dispose();

    private void SendAway()
    {
        var all = open.Keys.ToList();
        var spread = OpenSockets.SpreadOf(all.Count, options.Value);
        foreach (var connection in all)
        {
            connection.TrySend(new CustomerMessage("reconnect", GatewayMessages.Reconnect(spread * Random.Shared.NextDouble())));
            connection.Close(SocketClose.GoingAway);
        }

        // SignalR cuts them next, in this very call, whatever is still under way.
        SpinWait.SpinUntil(() => Volatile.Read(ref requests) == 0, StopLimit);
    }
}
