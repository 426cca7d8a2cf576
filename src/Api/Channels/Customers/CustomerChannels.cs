using System.Collections.Concurrent;
using System.Text.Json;
using Gateway.Core.Devices;
using Gateway.Core.History;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.Storage.Devices;
using Gateway.Storage.History;

namespace Gateway.Api.Channels.Customers;

/// <summary>
/// The customers who are connected to this replica and the devices that they watch, whatever the transport. Thread-safe. A device's first
/// subscriber has the replica noted in the device's head, so that what others commit is sent here; 30 s after the last one it is struck out.
/// </summary>
internal sealed class CustomerChannels : IQueueEventObserver, ILiveObserver
{
    /// <summary>How long a device without subscribers is still watched: pages are left and come back.</summary>
    public static readonly TimeSpan UnwatchAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long the beginning of a watch may take.</summary>
    public static readonly TimeSpan WatchLimit = TimeSpan.FromSeconds(10);

    /// <summary>Most devices that one connection may watch.</summary>
    public const int MaxSubscriptions = 500;

    private const int DevicesPerLook = 5_000;

    private readonly ConcurrentDictionary<ICustomerConnection, HashSet<WatchedDevice>> connections = [];
    private readonly ConcurrentDictionary<string, WatchedDevice> watched = new(StringComparer.Ordinal);
    private readonly IDeviceStore devices;
    private readonly ICustomerWords words;
    private readonly WatchServices services;

    /// <summary>Made by the container.</summary>
    public CustomerChannels(
        ICommandQueue queue, IDeviceStore devices, IHistoryReader history, ICommandHistory commands, IReplicas replicas, IReplicaNotices notices,
        ICustomerWords words, TimeProvider time, ILogger<CustomerChannels> logger)
    {
        (this.devices, this.words) = (devices, words);
        services = new WatchServices(queue, history, commands, replicas, notices, words, time, logger)
        {
            Forget = device => watched.TryRemove(KeyValuePair.Create(device.Id, device)),
            IsOpen = connections.ContainsKey,
            Lost = Drop,
        };
    }

    /// <summary>Who is connected.</summary>
    public IEnumerable<ICustomerConnection> Connections => connections.Keys;

    /// <summary>What is watched.</summary>
    public IEnumerable<WatchedDevice> Watched => watched.Values;

    /// <summary>A customer has connected.</summary>
    public void Join(ICustomerConnection connection) => connections[connection] = [];

    /// <summary>A connection has ended; it is sent nothing more.</summary>
    public void Leave(ICustomerConnection connection)
    {
        if (!connections.TryRemove(connection, out var subscribed)) return;
        lock (subscribed)
            foreach (var device in subscribed) device.Remove(connection);
    }

    /// <summary>
    /// Subscribes a connection to a device, or sends a fresh snapshot when it is subscribed already. The snapshot is sent before the answer, and before
    /// anything that comes after it.
    /// </summary>
    /// <exception cref="QueueUnavailableException">A store does not answer; nothing is subscribed.</exception>
    /// <exception cref="Gateway.Storage.StorageUnavailableException">Likewise.</exception>
    public async Task<SubscribeOutcome> SubscribeAsync(ICustomerConnection connection, string deviceId, CancellationToken cancellationToken)
    {
        if (!connections.TryGetValue(connection, out var subscribed)) return SubscribeOutcome.Ended;
        while (true)
        {
            var found = DeviceIds.IsValid(deviceId) ? await devices.FindAsync(deviceId, cancellationToken) : null;
            if (found is null) return SubscribeOutcome.NotFound;
            if (found.CustomerId != connection.CustomerId) return SubscribeOutcome.NotOwner;
            var device = watched.GetOrAdd(deviceId, static (_, made) => new WatchedDevice(made.found, made.services), (found, services));
            bool isNew;
            lock (subscribed)
            {
                if (!subscribed.Contains(device) && subscribed.Count >= MaxSubscriptions) return SubscribeOutcome.TooMany;
                isNew = subscribed.Add(device);
            }

            CustomerMessage? snapshot = null;
            try
            {
                snapshot = await device.SubscribeAsync(connection, found).WaitAsync(cancellationToken);
            }
            finally
            {
                if (snapshot is null && isNew) Drop(connection, device);
            }

            if (snapshot is null) continue;
            return new SubscribeOutcome(SubscribeStatus.Subscribed, snapshot);
        }
    }

    /// <summary>Ends a subscription, and says so; without one nothing happens.</summary>
    public void Unsubscribe(ICustomerConnection connection, string deviceId)
    {
        if (!watched.TryGetValue(deviceId, out var device) || !device.Remove(connection)) return;
        Drop(connection, device);
        connection.TrySend(words.Unsubscribed(deviceId, UnsubscribeReason.Asked));
    }

    /// <summary>A heartbeat was taken on this replica.</summary>
    public void OnHeartbeat(Heartbeat heartbeat)
    {
        if (watched.TryGetValue(heartbeat.DeviceId, out var device)) device.Heard(heartbeat);
    }

    /// <inheritdoc />
    public void OnCommitted(string deviceId, IReadOnlyList<QueueEvent> events, long through, QueueHead? head)
    {
        if (watched.TryGetValue(deviceId, out var device)) device.Committed(events, through);
    }

    /// <inheritdoc />
    public void OnLive(string deviceId, string kind, JsonElement data)
    {
        if (watched.TryGetValue(deviceId, out var device) && words.Live(deviceId, kind, data) is { } message) device.Live(message);
    }

    /// <summary>Looks once at what is watched: what the store has of it that is not known here, and what the clock alone has changed.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var known in watched.Values.Select(device => device.Known).OfType<KnownDevice>().Chunk(DevicesPerLook))
        {
            foreach (var change in await devices.FindChangedAsync(known, cancellationToken))
                if (watched.TryGetValue(change.Device.Id, out var device)) device.Changed(change);
        }
    }

    private void Drop(ICustomerConnection connection, WatchedDevice device)
    {
        if (!connections.TryGetValue(connection, out var subscribed)) return;
        lock (subscribed) subscribed.Remove(device);
    }
}

/// <summary>What came of a wish to subscribe.</summary>
/// <param name="Status">What.</param>
/// <param name="Snapshot">The snapshot that was sent.</param>
internal sealed record SubscribeOutcome(SubscribeStatus Status, CustomerMessage? Snapshot = null)
{
    public static readonly SubscribeOutcome
        NotFound = new(SubscribeStatus.NotFound),
        NotOwner = new(SubscribeStatus.NotOwner),
        TooMany = new(SubscribeStatus.TooMany),
        Ended = new(SubscribeStatus.Ended);
}

/// <summary>What can come of a wish to subscribe.</summary>
internal enum SubscribeStatus
{
    /// <summary>Subscribed.</summary>
    Subscribed,

    /// <summary>There is no such device.</summary>
    NotFound,

    /// <summary>It is another customer's.</summary>
    NotOwner,

    /// <summary>The connection watches as many devices as it may.</summary>
    TooMany,

    /// <summary>The connection has ended.</summary>
    Ended,
}
