using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Channels.Customers;

/// <summary>
/// Looks after customers' connections once a second: ends those whose token has ended, asks the store in one statement what is new about all
/// watched devices, and lets go what nobody watches any more.
/// </summary>
internal sealed class CustomerWatch(CustomerChannels channels, TimeProvider time, ILogger<CustomerWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private bool isFailing;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var now = time.GetUtcNow();
                foreach (var connection in channels.Connections)
                    if (connection.EndsAt <= now) connection.Close(SocketClose.TokenEnded);
                await LookAsync(stoppingToken);
                foreach (var device in channels.Watched) device.Tick();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await channels.LookAsync(cancellationToken);
            if (isFailing) CustomerChannelLog.LooksAgain(logger);
            isFailing = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!isFailing) CustomerChannelLog.CannotLook(logger, e);
            isFailing = true;
        }
    }
}
