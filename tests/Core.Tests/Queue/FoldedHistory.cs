using System.Text.Json;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Core.Tests.Queue;

/// <summary>History in memory: one device's events, folded as the relational store folds them.</summary>
internal sealed class FoldedHistory
{
    private readonly Dictionary<string, CommandRecord> records = [];

    public List<QueueEvent> Events { get; } = [];

    /// <summary>The number of the last event in it.</summary>
    public long Last => Events.Count;

    public void Write(IEnumerable<QueueEvent> events)
    {
        foreach (var e in events)
        {
            Assert.True(e.Seq <= Last + 1, $"Event {e.Seq} after {Last}: a gap.");
            if (e.Seq <= Last)
            {
                Assert.Equal(Json(Events[(int)e.Seq - 1]), Json(e));
                continue;
            }

            Events.Add(e);
            if (e.CommandId is { } id) records[id] = CommandRecord.Apply(records.GetValueOrDefault(id), "device", e);
        }
    }

    public CommandRecord? Find(string id) => records.GetValueOrDefault(id);

    public KnownCommand? FindKey(string key) =>
        records.Values.FirstOrDefault(record => record.Definition?.IdempotencyKey == key) is { } record
            ? new KnownCommand(record.CommandId, record.Definition!.Digest, record.State)
            : null;

    // Documents may have been tampered with by the time an event is written again.
    private static string Json(QueueEvent e) => JsonSerializer.Serialize(e with { Definition = null }, QueueJson.Default.QueueEvent);
}
