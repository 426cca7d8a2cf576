using Gateway.Core.Channels;
using Gateway.Core.Queue;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>The table of channels in memory.</summary>
internal sealed class FakeChannelStore : IDeviceChannelStore
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, DeviceChannel> rows = new(StringComparer.Ordinal);
    private readonly List<int> writes = [];

    /// <summary>What every write throws; null: nothing.</summary>
    public Exception? Error { get; set; }

    /// <summary>How many changes each write had.</summary>
    public IReadOnlyList<int> Writes
    {
        get { lock (gate) return [.. writes]; }
    }

    public IReadOnlyList<DeviceChannel> Rows
    {
        get { lock (gate) return [.. rows.Values]; }
    }

    public async Task WriteAsync(IReadOnlyCollection<DeviceChannelChange> changes, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (gate)
        {
            if (changes.Count > 0) writes.Add(changes.Count);
            if (Error is not null) throw Error;
            foreach (var (channel, isAttached) in changes)
            {
                rows.TryGetValue(channel.DeviceId, out var row);
                if (isAttached && !(row?.Revision >= channel.Revision)) rows[channel.DeviceId] = channel;
                else if (!isAttached && row?.Connection == channel.Connection) rows.Remove(channel.DeviceId);
            }
        }
    }

    public Task<IReadOnlyList<ReplicaBoot>> HoldersAsync(CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult<IReadOnlyList<ReplicaBoot>>([.. rows.Values.Select(row => row.Holder).Distinct()]);
    }

    public Task<IReadOnlyList<DeviceChannel>> HeldByAsync(ReplicaBoot holder, string? afterId, int limit, CancellationToken cancellationToken)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<DeviceChannel>>(
                [.. rows.Values.Where(row => row.Holder == holder && string.CompareOrdinal(row.DeviceId, afterId) > 0).Take(limit)]);
    }
}
