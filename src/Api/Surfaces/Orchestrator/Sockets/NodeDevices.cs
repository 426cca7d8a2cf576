using System.Collections.Concurrent;
using Gateway.Core.Queue;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>
/// The devices that are attached to one node's connection: those that its last heartbeat names, but for ones that are offline, that are not a node's, or
/// that another node has taken since. A device that has moved away is taken back only when the node has left it out of a heartbeat in between, so that
/// two nodes that both name it do not take it from each other without end. Names and notes come one at a time, by the socket's pump; the rest from any thread.
/// </summary>
internal sealed class NodeDevices(string nodeId, NodeSocket socket, NodeServices services)
{
    /// <summary>Results that are remembered to answer the same result again.</summary>
    private const int Remembered = 1_000;

    private const int AtOnce = 16;

    /// <summary>How old a head may be that is searched for a task.</summary>
    private static readonly TimeSpan HeadAge = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, NodeDeviceLine> attached = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> movedAway = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeTask> done = new(StringComparer.Ordinal);
    private readonly Queue<string> doneInOrder = new();

    /// <summary>A heartbeat names all of the node's devices; answers those that are refused, since they are customers' devices or nodes.</summary>
    public async Task<IReadOnlyList<string>> NameAsync(IReadOnlyList<HeartbeatDevice> named, CancellationToken cancellationToken)
    {
        var devices = named.DistinctBy(device => device.Id, StringComparer.Ordinal).ToDictionary(device => device.Id, StringComparer.Ordinal);
        foreach (var id in movedAway.Keys)
            // One that no other node has taken was only attached last by an earlier connection of this node.
            if (!devices.ContainsKey(id) || await IsOursAsync(id, cancellationToken)) movedAway.TryRemove(id, out _);
        await DetachAsync(attached.Keys.Where(id => !devices.TryGetValue(id, out var device) || device.Status == "offline"), isReplaced: false);

        var mine = devices.Values.Where(device => !movedAway.ContainsKey(device.Id)).ToList();
        // Only what is new to this connection, or says more than before.
        var unknown = mine.Where(device => !attached.ContainsKey(device.Id) || device.Serial is not null).Select(device => device.ToStore()).ToList();
        var taken = await services.Nodes.TakeUpAsync(nodeId, unknown, services.Time.GetUtcNow(), cancellationToken);
        var refused = unknown.Select(device => device.Id).Except(taken, StringComparer.Ordinal).ToList();
        await Parallel.ForEachAsync(
            mine.Where(device => device.Status != "offline" && !attached.ContainsKey(device.Id)).ExceptBy(refused, device => device.Id),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (device, token) => await AttachAsync(device.Id, token));
        foreach (var device in mine.ExceptBy(refused, device => device.Id)) Note(device.Id, device.Status, null);
        return refused;
    }

    /// <summary>A device's status; false: it is not attached here.</summary>
    public async Task<bool> NoteAsync(DeviceStatusParams status, CancellationToken cancellationToken)
    {
        var known = attached.ContainsKey(status.DeviceId);
        if (!known && !await IsOursAsync(status.DeviceId, cancellationToken)) return false;
        if (status.Status == "offline") await DetachAsync([status.DeviceId], isReplaced: false);
        else if (!known && !movedAway.ContainsKey(status.DeviceId)) await AttachAsync(status.DeviceId, cancellationToken);
        Note(status.DeviceId, status.Status, status.MetricsJson);
        return true;
    }

    /// <summary>
    /// A task of a device behind this node, with the claim's token when this connection holds it. After a reconnection the node may speak of a task before
    /// it has named the device: then the device is attached now. Null: there is no such task.
    /// </summary>
    public async Task<NodeTask?> FindTaskAsync(string commandId, CancellationToken cancellationToken)
    {
        foreach (var line in attached.Values)
            if (line.Find(commandId) is { } running) return running;
        lock (done)
            if (done.TryGetValue(commandId, out var ended)) return ended;
        var deviceId = await services.Nodes.FindTaskDeviceAsync(nodeId, commandId, cancellationToken) ?? await FindInQueuesAsync(commandId, cancellationToken);
        if (deviceId is null) return null;
        if (!attached.ContainsKey(deviceId) && !movedAway.ContainsKey(deviceId)) await AttachAsync(deviceId, cancellationToken);
        var claim = (await services.Queue.ReadClaimsAsync(deviceId, socket.Connection, cancellationToken)).FirstOrDefault(claim => claim.Id == commandId);
        return new NodeTask(deviceId, commandId, claim?.Token, claim?.Attempt ?? 0);
    }

    /// <summary>Gives the queue the node's word about a task; what it answers, whatever becomes of the claim.</summary>
    public async Task<TOutcome> AnswerAsync<TOutcome>(NodeTask task, QueueOperation<TOutcome> word, CancellationToken cancellationToken)
        where TOutcome : class
    {
        task.IsAnswered = true;
        try
        {
            return await services.Queue.ExecuteAsync(task.DeviceId, word, cancellationToken);
        }
        catch
        {
            task.IsAnswered = false;
            throw;
        }
    }

    /// <summary>A result was taken: the same again is answered the same.</summary>
    public void NoteDone(NodeTask task)
    {
        lock (done)
        {
            if (!done.TryAdd(task.CommandId, task)) return;
            doneInOrder.Enqueue(task.CommandId);
            if (doneInOrder.Count > Remembered) done.Remove(doneInOrder.Dequeue());
        }
    }

    /// <summary>No more is pushed to any of them; done when all that was to go has gone.</summary>
    public Task DrainAllAsync(CancellationToken cancellationToken) => Parallel.ForEachAsync(
        attached.Keys,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (id, token) => await services.Channels.DrainAsync(id, socket.Connection, token));

    /// <summary>The connection has ended.</summary>
    public Task DetachAllAsync(bool isReplaced) => DetachAsync(attached.Keys, isReplaced);

    /// <summary>A later head names another connection for a device, which has moved away; or none, so that the next heartbeat attaches it again.</summary>
    public void Leave(string deviceId, NodeDeviceLine line, bool hasMoved)
    {
        if (!attached.TryGetValue(deviceId, out var current) || current != line) return;
        if (hasMoved) movedAway[deviceId] = true;
        // By its head there is nothing left to detach. Forgotten before it can be attached again, which would be by the same connection.
        _ = services.Channels.DetachAsync(deviceId, socket.Connection, isReplaced: true);
        attached.TryRemove(KeyValuePair.Create(deviceId, line));
    }

    private async Task<bool> IsOursAsync(string deviceId, CancellationToken cancellationToken) =>
        (await services.Nodes.FindDeviceAsync(deviceId, cancellationToken))?.NodeId == nodeId;

    /// <summary>The device that has claimed a task; history may lack what a server that died had no time to write.</summary>
    private async Task<string?> FindInQueuesAsync(string commandId, CancellationToken cancellationToken)
    {
        foreach (var device in (await services.Nodes.ListDevicesAsync(nodeId, null, HeartbeatParams.MaxDevices, 0, cancellationToken)).Items)
        {
            var head = await services.Queue.ReadHeadAsync(device.Id, HeadAge, cancellationToken);
            if (head.Claimed.Any(entry => entry.Id == commandId)) return device.Id;
        }

        return null;
    }

    private async Task AttachAsync(string deviceId, CancellationToken cancellationToken)
    {
        var line = new NodeDeviceLine(deviceId, socket, this, services);
        if (!attached.TryAdd(deviceId, line)) return;
        // The next heartbeat tries again.
        if (!await services.Channels.TryAttachAsync(deviceId, null, line, NodeDeviceLine.Terms, cancellationToken)) attached.TryRemove(deviceId, out _);
    }

    private async Task DetachAsync(IEnumerable<string> ids, bool isReplaced)
    {
        foreach (var id in ids.ToList())
        {
            if (!attached.TryRemove(id, out _)) continue;
            await services.Channels.DetachAsync(id, socket.Connection, isReplaced);
            if (!isReplaced) services.Heartbeats.Add(new(id, services.Time.GetUtcNow(), "offline", null, null));
        }
    }

    private void Note(string deviceId, string status, string? metricsJson)
    {
        var presence = OrchestratorStatus.ToPresence(status);
        services.Channels.NoteStatus(deviceId, presence);
        services.Heartbeats.Add(new(deviceId, services.Time.GetUtcNow(), presence, metricsJson, null));
    }
}

/// <summary>A task as a node speaks of it.</summary>
/// <param name="DeviceId">Its device.</param>
/// <param name="CommandId">Its command.</param>
/// <param name="Token">The token of the claim that this connection holds, or held when its result was taken; null: it holds none.</param>
/// <param name="Attempt">The how-manieth offer it is.</param>
internal sealed record NodeTask(string DeviceId, string CommandId, string? Token, int Attempt)
{
    /// <summary>Whether the node has said that it runs it: then it is told when it should not any more.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether the node's own word is on its way to the queue: the end of the claim is no news to it then.</summary>
    public bool IsAnswered { get; set; }
}
