using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// Every socket that is open on this replica. It watches their deadlines, all in one loop, and when the program stops it sends them away before
/// anything else stops: they come back spread over time, and what their end has to change can still be changed.
/// </summary>
internal sealed class OpenSockets(TimeProvider time, IOptions<ChannelOptions> options, ILogger<OpenSockets> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long peers have for the end of their sockets when the program stops, and the ends' own work after that.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    /// <summary>How much later the last one comes back for each socket that is sent away.</summary>
    private static readonly TimeSpan SpreadPerSocket = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SocketConnection, bool> sockets = [];
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isStopping;

    /// <summary>Whether no more sockets are taken.</summary>
    public bool IsStopping => isStopping;

    /// <summary>How many are open.</summary>
    public int Count => sockets.Count;

    /// <summary>A socket was opened.</summary>
    public void Add(SocketConnection connection)
    {
        sockets[connection] = true;
        if (isStopping) connection.GoAway(TimeSpan.Zero);
    }

    /// <summary>A socket has ended.</summary>
    public void Remove(SocketConnection connection)
    {
        sockets.TryRemove(connection, out _);
        if (isStopping && sockets.IsEmpty) empty.TrySetResult();
    }

    /// <inheritdoc />
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        isStopping = true;
        if (sockets.IsEmpty) return;
        var all = sockets.Keys;
        var spread = SpreadOf(all.Count, options.Value);
        SocketLog.GoingAway(logger, all.Count, spread);
        foreach (var connection in all) connection.GoAway(spread * Random.Shared.NextDouble());
        if (await IsEmptyInTimeAsync(cancellationToken)) return;
        foreach (var connection in sockets.Keys) connection.Abort();
        if (!await IsEmptyInTimeAsync(cancellationToken)) SocketLog.LeftOpen(logger, sockets.Count);
    }

    /// <inheritdoc />
    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                foreach (var (connection, _) in sockets) connection.CheckDeadlines();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    /// <summary>Over how long so many connections that are sent away at once spread their return.</summary>
    public static TimeSpan SpreadOf(int connections, ChannelOptions options) =>
        SpreadPerSocket * connections is var spread && spread < options.ReconnectSpread ? spread : options.ReconnectSpread;

    private async Task<bool> IsEmptyInTimeAsync(CancellationToken cancellationToken)
    {
        if (sockets.IsEmpty) return true;
        try
        {
            await empty.Task.WaitAsync(StopLimit, time, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
