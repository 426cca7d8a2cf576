using System.Collections.Concurrent;
using Gateway.Core.Channels;
using Gateway.Core.Queue;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;

namespace Gateway.Queue.Channels;

/// <summary>The devices whose channel is this run's, as their heads say, and what of that is not yet in the table. Thread-safe.</summary>
internal sealed class HeldChannels(IReplicas replicas) : IHeadObserver
{
    private readonly ConcurrentDictionary<string, QueueChannel> held = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Dictionary<string, DeviceChannelChange> changes = new(StringComparer.Ordinal);

    /// <summary>The devices.</summary>
    public IEnumerable<string> Devices => held.Keys;

    /// <inheritdoc />
    public void OnSeen(string deviceId, QueueHead head)
    {
        if (head.Channel is { } channel && channel.Holder == replicas.Self)
        {
            if (held.TryGetValue(deviceId, out var known) && known == channel) return;
            held[deviceId] = channel;
            Note(deviceId, channel, head.Revision, isAttached: true);
        }
        else if (held.TryRemove(deviceId, out var former))
        {
            Note(deviceId, former, head.Revision, isAttached: false);
        }
    }

    /// <summary>Takes what is not yet in the table: the last change of each device.</summary>
    public IReadOnlyCollection<DeviceChannelChange> Take()
    {
        lock (gate)
        {
            if (changes.Count == 0) return [];
            var taken = changes.Values;
            changes = new(StringComparer.Ordinal);
            return taken;
        }
    }

    /// <summary>Gives back what could not be written, but where something newer has happened.</summary>
    public void GiveBack(IEnumerable<DeviceChannelChange> unwritten)
    {
        lock (gate)
            foreach (var change in unwritten) changes.TryAdd(change.Channel.DeviceId, change);
    }

    private void Note(string deviceId, QueueChannel channel, long revision, bool isAttached)
    {
        var row = new DeviceChannel(deviceId, channel.Holder, channel.Connection, channel.At, revision);
        lock (gate) changes[deviceId] = new DeviceChannelChange(row, isAttached);
    }
}
