using System.Threading.Channels;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Actors.Deadlines;

/// <summary>
/// Devices whose reminder has fired: looks at the clock for each, a few at a time. One that fails is tried again for a while;
/// what is lost with the process, or turned away when too many come at once, the sweep over the relational store finds.
/// </summary>
internal sealed class DueDevices(ICommandQueue queue, TimeProvider time, ILogger<DueDevices> logger) : BackgroundService
{
    private const int AtOnce = 8;
    private const int Attempts = 5;

    private readonly Channel<string> devices = Channel.CreateBounded<string>(
        new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Puts a device in line.</summary>
    public void Add(string deviceId) => devices.Writer.TryWrite(deviceId);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        devices.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
        LookAsync);

    private async ValueTask LookAsync(string deviceId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await queue.ExecuteAsync(deviceId, new LookAtClock(ReminderFired: true), cancellationToken);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Only what may pass by itself is tried again; and nothing that one device does may end the others' deadlines.
                if (e is not QueueUnavailableException || attempt == Attempts)
                {
                    ActorsLog.DeadlineLeftToSweep(logger, deviceId, e);
                    return;
                }

                await Task.Delay(TimeSpan.FromSeconds(attempt * (0.5 + Random.Shared.NextDouble())), time, cancellationToken);
            }
        }
    }
}
