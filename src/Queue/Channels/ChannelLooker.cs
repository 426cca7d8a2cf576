using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Channels;

/// <summary>
/// Looks at the heads of devices whose channel is here and that were not seen for a while, in case a notice was lost: what another replica has
/// pushed is sent then, and a connection that was replaced is closed.
/// </summary>
internal sealed class ChannelLooker(CommandQueue queue, HeldChannels held, TimeProvider time, IOptions<QueueOptions> options) : BackgroundService
{
    private const int AtOnce = 8;

    /// <summary>Looks for each <see cref="QueueOptions.LookAtChannels"/>: spreads them over that time.</summary>
    private const int Rounds = 6;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookAtChannels / Rounds, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Parallel.ForEachAsync(
                    held.Devices.Where(queue.NeedsLook),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
                    async (deviceId, cancellationToken) => await queue.TryLookAsync(deviceId, cancellationToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
