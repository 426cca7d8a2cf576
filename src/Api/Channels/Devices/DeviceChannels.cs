using System.Collections.Concurrent;
using Gateway.Core.Devices;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.Storage.Devices;

namespace Gateway.Api.Channels.Devices;

/// <summary>
/// The devices that are connected to this replica. A device may have two sockets here for a moment, while the newer one takes over; the head says
/// which one counts. A connection that a head says is here, but is not, is detached: so neither an attachment nor a detachment whose answer was
/// lost leaves commands with nobody. Thread-safe.
/// </summary>
internal sealed class DeviceChannels(
    ICommandQueue queue, IReplicas replicas, HeartbeatBatcher heartbeats, TimeProvider time, ILogger<DeviceChannels> logger) : IHeadObserver, IDisposable
{
    /// <summary>Most detachments at once: a stop ends all sockets together.</summary>
    private const int DetachesAtOnce = 64;

    /// <summary>How long attaching or detaching may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DeviceChannel[]> devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> orphans = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim detaching = new(DetachesAtOnce);

    /// <summary>Told once: under <c>dapr run</c> a sidecar ends before its app, and then this happens to every socket.</summary>
    private bool detachingFails;

    /// <summary>Every socket of a device that is here.</summary>
    public IEnumerable<DeviceChannel> All => devices.SelectMany(device => device.Value);

    /// <summary>Makes a socket its device's channel; any other one is replaced. False: the queue does not answer in time.</summary>
    /// <param name="deviceId">The device, which has been authenticated.</param>
    /// <param name="secretHash">The hash of the secret that it has shown; null: it has none of its own, and nothing is checked later on.</param>
    /// <param name="line">What carries its commands.</param>
    /// <param name="terms">On what terms they are pushed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<bool> TryAttachAsync(
        string deviceId,
        string? secretHash,
        IDeviceLine line,
        ChannelTerms terms,
        CancellationToken cancellationToken)
    {
        var channel = new DeviceChannel(deviceId, secretHash, line, queue, time, logger);
        devices.AddOrUpdate(deviceId, static (_, added) => [added], static (_, others, added) => [.. others, added], channel);
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var holder = await replicas.SelfAsync(either.Token);
            await queue.ExecuteAsync(deviceId, new AttachChannel(holder, line.Connection) { Credit = terms.Credit, Visibility = terms.Visibility }, either.Token);
        }
        catch (Exception e) when (e is QueueUnavailableException || limit.IsCancellationRequested)
        {
            DeviceChannelLog.CannotAttach(logger, deviceId, e);
            return false;
        }

        Touch(channel);
        return true;
    }

    /// <summary>A socket has ended: its claims last for the grace, unless another one has taken over.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="connection">The socket's id.</param>
    /// <param name="isReplaced">Whether a head has named another one since: then there is nothing left to detach.</param>
    public async Task DetachAsync(string deviceId, string connection, bool isReplaced)
    {
        // Known until it is detached, or it would look like an orphan meanwhile.
        if (!isReplaced) await DetachFromHeadAsync(deviceId, connection);
        Forget(deviceId, connection);
    }

    /// <summary>
    /// A device takes no more over a socket. When this is done, all that it was to get has been sent, and nothing comes after it; what it has in hand
    /// stays so.
    /// </summary>
    /// <exception cref="QueueUnavailableException">The queue does not answer.</exception>
    public async Task DrainAsync(string deviceId, string connection, CancellationToken cancellationToken)
    {
        await queue.ExecuteAsync(deviceId, new DrainChannel(connection), cancellationToken);
        if (devices.TryGetValue(deviceId, out var here) && Array.Find(here, channel => channel.Line.Connection == connection) is { } draining)
            await draining.SettledAsync().WaitAsync(cancellationToken);
    }

    /// <summary>A device has said how it is, by whatever way.</summary>
    public void NoteStatus(string deviceId, string status)
    {
        if (!devices.TryGetValue(deviceId, out var channels)) return;
        foreach (var channel in channels) channel.Status = status;
    }

    /// <summary>Counts a device as heard of: with an open socket it is not offline (DESIGN, "Presence").</summary>
    public void Touch(DeviceChannel channel) =>
        heartbeats.Add(new Heartbeat(channel.DeviceId, time.GetUtcNow(), channel.Status, null, null));

    /// <inheritdoc />
    public void OnSeen(string deviceId, QueueHead head)
    {
        DeviceChannel[] here = devices.TryGetValue(deviceId, out var channels) ? channels : [];
        foreach (var channel in here) channel.See(head);
        if (head.Channel is not { } named || replicas.Self is not { } self || named.Replica != self.Replica || named.Boot != self.Boot) return;
        if (Array.Exists(here, channel => channel.Line.Connection == named.Connection) || !orphans.TryAdd(named.Connection, true)) return;
        _ = Task.Run(async () =>
        {
            await DetachFromHeadAsync(deviceId, named.Connection);
            orphans.TryRemove(named.Connection, out _);
        });
    }

    /// <inheritdoc />
    public void Dispose() => detaching.Dispose();

    private async Task DetachFromHeadAsync(string deviceId, string connection)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            await detaching.WaitAsync(limit.Token);
            try
            {
                await queue.ExecuteAsync(deviceId, new DetachChannel(connection), limit.Token);
                Volatile.Write(ref detachingFails, false);
            }
            finally
            {
                detaching.Release();
            }
        }
        catch (Exception e) when (e is QueueUnavailableException or OperationCanceledException)
        {
            if (!Interlocked.Exchange(ref detachingFails, true)) DeviceChannelLog.CannotDetach(logger, deviceId, e);
        }
    }

    private void Forget(string deviceId, string connection)
    {
        while (devices.TryGetValue(deviceId, out var channels))
        {
            DeviceChannel[] left = [.. channels.Where(channel => channel.Line.Connection != connection)];
            if (left.Length > 0 ? devices.TryUpdate(deviceId, left, channels) : devices.TryRemove(KeyValuePair.Create(deviceId, channels))) return;
        }
    }
}
