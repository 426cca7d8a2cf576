using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>History in memory: idempotent by device and number, refuses gaps.</summary>
internal sealed class FakeHistory : ICommandHistory
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SortedList<long, QueueEvent>> events = [];

    /// <summary>Asked before every write; an exception is the write's.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>What no caller may do, and one did.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>How many devices each write had.</summary>
    public List<int> Writes { get; } = [];

    public IReadOnlyList<QueueEvent> Events(string deviceId)
    {
        lock (gate) return events.TryGetValue(deviceId, out var list) ? [.. list.Values] : [];
    }

    /// <summary>Another history with the same content.</summary>
    public FakeHistory Copy()
    {
        var copy = new FakeHistory();
        lock (gate)
            foreach (var (device, list) in events) copy.events.Add(device, new SortedList<long, QueueEvent>(list));
        return copy;
    }

    public IReadOnlyDictionary<string, CommandRecord> Records(string deviceId)
    {
        var records = new Dictionary<string, CommandRecord>();
        foreach (var e in Events(deviceId))
            if (e.CommandId is { } id) records[id] = CommandRecord.Apply(records.GetValueOrDefault(id), deviceId, e);
        return records;
    }

    public async Task WriteAsync(IReadOnlyCollection<DeviceEvents> batch, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (gate)
        {
            BeforeWrite?.Invoke();
            Writes.Add(batch.Count);
            foreach (var run in batch)
            {
                if (!events.TryGetValue(run.DeviceId, out var list)) events[run.DeviceId] = list = [];
                var last = list.Count == 0 ? 0 : list.Keys[^1];
                if (run.Events[0].Seq > last + 1) Violations.Add($"History of {run.DeviceId} has {last} and got {run.Events[0].Seq}: a gap.");
                foreach (var e in run.Events) list.TryAdd(e.Seq, e);
            }
        }
    }

    public async Task<KnownCommand?> FindByIdempotencyKeyAsync(string deviceId, string key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var record = Records(deviceId).Values.FirstOrDefault(record => record.Definition?.IdempotencyKey == key);
        return record is null ? null : new KnownCommand(record.CommandId, record.Definition!.Digest, record.State);
    }

    public async Task<CommandRecord?> FindAsync(string deviceId, string commandId, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return Records(deviceId).GetValueOrDefault(commandId);
    }
}
