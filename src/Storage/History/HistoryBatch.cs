using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Storage.History;

/// <summary>
/// A batch of events as rows: the events, and what they make of commands and sessions. Rows are in the order of their keys, so that
/// replicas that write the same rows at once wait for each other instead of meeting in a deadlock.
/// </summary>
internal sealed class HistoryBatch
{
    private readonly List<EventRow> events = [];
    private readonly SortedDictionary<(string DeviceId, string CommandId), CommandRecord> commands = new(Ordinal.Instance);
    private readonly SortedDictionary<string, SessionRecord> sessions = new(StringComparer.Ordinal);

    private HistoryBatch()
    {
    }

    public IReadOnlyList<EventRow> Events => events;

    public IReadOnlyCollection<CommandRecord> Commands => commands.Values;

    public IReadOnlyCollection<SessionRecord> Sessions => sessions.Values;

    public static HistoryBatch Of(IReadOnlyCollection<DeviceEvents> runs)
    {
        var batch = new HistoryBatch();
        foreach (var device in runs.GroupBy(run => run.DeviceId, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            // Runs of one device may overlap.
            foreach (var e in device.SelectMany(run => run.Events).DistinctBy(e => e.Seq).OrderBy(e => e.Seq)) batch.Add(device.Key, e);
        }

        return batch;
    }

    private void Add(string deviceId, QueueEvent e)
    {
        events.Add(new(deviceId, e));
        if (e.CommandId is { } commandId)
        {
            var key = (deviceId, commandId);
            commands[key] = CommandRecord.Apply(commands.GetValueOrDefault(key), deviceId, e);
        }
        else if (e is { SessionId: { } sessionId, Session: { } session })
        {
            var ended = e.Kind == QueueEventKind.SessionEnded;
            sessions[sessionId] = new()
            {
                Id = sessionId,
                DeviceId = deviceId,
                CustomerId = session.CustomerId,
                Type = session.Type,
                Description = session.Description,
                Status = session.Status,
                CreatedAt = session.CreatedAt,
                ExpiresAt = session.ExpiresAt,
                EndedAt = ended ? e.At : null,
                EndedBy = ended ? e.By : null,
                LastSeq = e.Seq,
            };
        }
    }

    private sealed class Ordinal : IComparer<(string DeviceId, string CommandId)>
    {
        public static readonly Ordinal Instance = new();

        public int Compare((string DeviceId, string CommandId) x, (string DeviceId, string CommandId) y) =>
            string.CompareOrdinal(x.DeviceId, y.DeviceId) is var device and not 0 ? device : string.CompareOrdinal(x.CommandId, y.CommandId);
    }
}

/// <summary>An event and its device.</summary>
internal sealed record EventRow(string DeviceId, QueueEvent Event);
