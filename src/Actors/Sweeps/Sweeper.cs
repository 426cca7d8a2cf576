using Gateway.Queue;
using Gateway.Queue.Channels;
using Gateway.Storage.Devices;
using Gateway.Storage.History;

namespace Gateway.Actors.Sweeps;

/// <summary>What the sweeps do.</summary>
internal sealed class Sweeper(
    ICommandQueue queue,
    IPresenceStore presence,
    IEnumerable<IPresenceObserver> observers,
    ISweepQueries queries,
    IDeadChannels deadChannels,
    TimeProvider time,
    ILogger<Sweeper> logger)
{
    /// <summary>Reminders get this long before a deadline counts as missed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>Devices that one look takes up; what is left is the next look's.</summary>
    private const int DevicesPerLook = 200;

    private const int AtOnce = 4;

    public async Task MarkOfflineAsync()
    {
        var changes = await presence.MarkOfflineAsync(time.GetUtcNow(), CancellationToken.None);
        if (changes.Count == 0) return;
        foreach (var observer in observers)
        {
            try
            {
                await observer.OnChangedAsync(changes, CancellationToken.None);
            }
            catch (Exception e)
            {
                // A change is told once: the other observers must hear of it.
                ActorsLog.ObserverFailed(logger, changes.Count, e);
            }
        }
    }

    public async Task LookAtOverdueAsync()
    {
        var now = time.GetUtcNow();
        var overdue = await queries.OverdueAsync(now, Grace, DevicesPerLook, CancellationToken.None);
        if (overdue.Count == 0) return;
        ActorsLog.OverdueFound(logger, overdue.Count, now - DateTimeOffset.FromUnixTimeMilliseconds(overdue[0].OldestDueAt));
        await LookAtAsync(overdue.Select(device => device.DeviceId));
    }

    /// <summary>Looks at the next page of devices; answers where it got to, null at the end.</summary>
    public async Task<string?> WalkHeadsAsync(string? after)
    {
        var page = await queries.DevicesPageAsync(after, DevicesPerLook, CancellationToken.None);
        await LookAtAsync(page);
        return page.Count < DevicesPerLook ? null : page[^1];
    }

    public Task DetachDeadChannelsAsync() => deadChannels.DetachAsync(CancellationToken.None);

    /// <summary>Reading a head for history also looks at the clock. A device that fails does not hold up the others.</summary>
    private Task LookAtAsync(IEnumerable<string> devices) => Parallel.ForEachAsync(
        devices,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (deviceId, cancellationToken) =>
        {
            try
            {
                await queue.FlushAsync(deviceId, cancellationToken);
            }
            catch (Exception e)
            {
                ActorsLog.HeadSkipped(logger, deviceId, e);
            }
        });
}
