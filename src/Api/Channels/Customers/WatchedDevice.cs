using Gateway.Core.Devices;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Storage;
using Gateway.Storage.Devices;

namespace Gateway.Api.Channels.Customers;

/// <summary>
/// A device that customers watch on this replica. Everything that happens to it stands in one line (<see cref="Enter"/>) and is taken one after
/// another, so that a subscriber gets its snapshot first and then each event after it, once and in order: an event that is committed while the
/// snapshot is read waits behind it. The numbers of events have no gaps, so one that is missing is seen, and is read from history.
/// </summary>
internal sealed partial class WatchedDevice(Device device, WatchServices services)
{
    /// <summary>Most work that stands in line. What has no place is noticed as a gap, or was to be seen at once or not at all.</summary>
    private const int MaxInLine = 1_000;

    private readonly Lock gate = new();
    private readonly Queue<Func<Task>> line = new();
    private readonly Dictionary<ICustomerConnection, long> subscribers = [];
    private Device device = device;
    private bool? toldHeard;
    private bool isFailing;
    private long seq;
    private long idleSince = services.Time.GetTimestamp();
    private long laggedAt = -1;
    private bool isWorking;
    private bool isOver;

    /// <summary>The device's id.</summary>
    public string Id { get; } = device.Id;

    /// <summary>What is known of it; null: nobody is subscribed.</summary>
    public KnownDevice? Known
    {
        get { lock (gate) return subscribers.Count == 0 ? null : new KnownDevice(device, seq); }
    }

    /// <summary>
    /// Subscribes a connection of the device's owner, or sends it a fresh snapshot when it is subscribed already. Null: this is not used any more; another
    /// one is.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="fresh">The device as it was just read.</param>
    public Task<CustomerMessage?> SubscribeAsync(ICustomerConnection connection, Device fresh)
    {
        var answer = new TaskCompletionSource<CustomerMessage?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = Enter(
            async () =>
            {
                try
                {
                    answer.TrySetResult(await AdmitAsync(connection, fresh));
                }
                catch (Exception e)
                {
                    answer.TrySetException(e);
                }
            },
            mayBeDropped: false);
        return isTaken ? answer.Task : Task.FromResult<CustomerMessage?>(null);
    }

    /// <summary>Ends a subscription; false: there was none.</summary>
    public bool Remove(ICustomerConnection connection)
    {
        lock (gate)
        {
            if (!subscribers.Remove(connection)) return false;
            if (subscribers.Count == 0) idleSince = services.Time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Events were committed, here or elsewhere.</summary>
    public void Committed(IReadOnlyList<QueueEvent> events, long through) => Enter(() => TakeEventsAsync(events, through));

    /// <summary>Something passes by.</summary>
    public void Live(CustomerMessage message) => Enter(() =>
    {
        foreach (var (connection, _) in Subscribers()) connection.TrySend(message);
        return Task.CompletedTask;
    });

    /// <summary>A heartbeat was taken here.</summary>
    public void Heard(Heartbeat heartbeat) => Enter(() =>
    {
        lock (gate)
        {
            if (subscribers.Count == 0 || heartbeat.At < device.Presence.LastSeen) return Task.CompletedTask;
            var before = device.Presence;
            device = device with
            {
                Presence = new Presence(
                    heartbeat.Status, heartbeat.At, heartbeat.MetricsJson ?? before.MetricsJson, heartbeat.DiagnosticsJson ?? before.DiagnosticsJson),
            };
        }

        return TellStatusAsync();
    });

    /// <summary>The store knows something else or later.</summary>
    public void Changed(ChangedDevice change) => Enter(() => TakeChangeAsync(change));

    /// <summary>Called once a second: tells what the clock alone has changed, and stops watching when nobody has been subscribed for a while.</summary>
    public void Tick()
    {
        lock (gate)
        {
            if (isOver) return;

            // One that ended while its snapshot was read was taken in all the same, or the wait for it was given up.
            foreach (var connection in subscribers.Keys.Where(connection => !services.IsOpen(connection)).ToList()) Remove(connection);
            if (subscribers.Count > 0)
            {
                if (toldHeard == IsHeard) return;
            }
            else if (services.Time.GetElapsedTime(idleSince) < CustomerChannels.UnwatchAfter)
            {
                return;
            }
        }

        Enter(() => Known is null ? EndAsync() : TellStatusAsync());
    }

    /// <summary>Whether it was heard of lately; under the lock.</summary>
    private bool IsHeard => device.Presence.LastSeen is { } seen && services.Time.GetUtcNow() - seen <= Presence.OfflineAfter;

    private KeyValuePair<ICustomerConnection, long>[] Subscribers()
    {
        lock (gate) return [.. subscribers];
    }

    /// <summary>Puts work in line; false: it is not taken.</summary>
    private bool Enter(Func<Task> work, bool mayBeDropped = true)
    {
        lock (gate)
        {
            if (isOver || (mayBeDropped && line.Count >= MaxInLine)) return false;
            line.Enqueue(work);
            if (isWorking) return true;
            isWorking = true;
        }

        _ = Task.Run(WorkAsync);
        return true;
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            Func<Task>? work;
            lock (gate)
            {
                if (!line.TryDequeue(out work))
                {
                    isWorking = false;
                    return;
                }
            }

            try
            {
                await work();
                isFailing = false;
            }
            catch (Exception e) when (e is QueueUnavailableException or StorageUnavailableException)
            {
                // Its numbers stay where they are: the next event, or the next look at the store, finds the gap.
                if (!isFailing) CustomerChannelLog.CannotTell(services.Logger, Id, e);
                isFailing = true;
            }
            catch (Exception e)
            {
                CustomerChannelLog.TellingFailed(services.Logger, Id, e);
            }
        }
    }
}
