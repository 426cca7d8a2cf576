using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Storage.Tests.Kit;

/// <summary>A device's events from a seed: commands and sessions in all their turns, numbered from 1.</summary>
internal sealed class EventScript(string deviceId, int seed, long start = 1_700_000_000_000)
{
    private readonly Random random = new(seed);
    private readonly List<QueueEvent> events = [];
    private readonly Dictionary<string, CommandState> open = new(StringComparer.Ordinal);
    private SessionDefinition? session;
    private string? sessionId;
    private int made;

    public IReadOnlyList<QueueEvent> Events => events;

    /// <summary>What history must show in the end.</summary>
    public IReadOnlyDictionary<string, CommandRecord> Fold()
    {
        var records = new SortedDictionary<string, CommandRecord>(StringComparer.Ordinal);
        foreach (var e in events.Where(e => e.CommandId is not null))
            records[e.CommandId!] = CommandRecord.Apply(records.GetValueOrDefault(e.CommandId!), deviceId, e);
        return records;
    }

    /// <summary>Events number <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public DeviceEvents Run(int from, int to) => new(deviceId, events[(from - 1)..to]);

    public EventScript Grow(int count)
    {
        while (events.Count < count) Step();
        return this;
    }

    private void Step()
    {
        var waiting = open.Keys.Order(StringComparer.Ordinal).ToList();
        if (waiting.Count == 0 || random.Next(4) == 0)
        {
            if (random.Next(5) == 0) TurnSession();
            else Enqueue();
            return;
        }

        var id = waiting[random.Next(waiting.Count)];
        switch (open[id])
        {
            case CommandState.PendingApproval when random.Next(4) == 0: End(id, CommandState.Rejected, "alice", null); break;
            case CommandState.PendingApproval: Say(id, QueueEventKind.Approved, CommandState.Queued, e => e with { By = "customer:alice" }); break;
            case CommandState.Queued when random.Next(6) == 0: End(id, CommandState.Cancelled, "customer:alice", null); break;
            case CommandState.Queued:
                Say(id, QueueEventKind.Claimed, CommandState.Claimed,
                    e => e with { Attempt = random.Next(1, 4), VisibleUntil = e.At + 300_000, TokenHash = "token-" + e.Seq });
                break;
            default:
                switch (random.Next(4))
                {
                    case 0: Say(id, QueueEventKind.Extended, CommandState.Claimed, e => e with { VisibleUntil = e.At + 60_000 }); break;
                    case 1: Say(id, QueueEventKind.Returned, CommandState.Queued, e => e with { Reason = "The claim ended." }); break;
                    default: End(id, CommandState.Completed, "device:" + deviceId, Samples.Result("out \"ü\" 🍳 \0 " + made)); break;
                }

                break;
        }
    }

    private void Enqueue()
    {
        var id = Samples.CommandId(++made);
        var approval = random.Next(3) == 0;
        var definition = Samples.Definition($"{deviceId}-{made}") with
        {
            CreatedAt = start + events.Count,
            SessionId = sessionId,
            IdempotencyKey = random.Next(2) == 0 ? "key-" + made : null,
            RequiresApproval = approval,
        };
        Say(id, QueueEventKind.Enqueued, approval ? CommandState.PendingApproval : CommandState.Queued, e => e with { Definition = definition, By = definition.By });
    }

    private void End(string id, CommandState state, string by, CommandResult? result)
    {
        Say(id, QueueEventKind.Ended, state, e => e with { By = by, Result = result, TokenHash = result is null ? null : "token" });
        open.Remove(id);
    }

    private void TurnSession()
    {
        if (session is null)
        {
            sessionId = $"sess_{deviceId}_{events.Count}";
            session = new("alice", "diagnostic", "Why?", start + events.Count, start + events.Count + 3_600_000, "active");
            events.Add(Event(QueueEventKind.SessionOpened) with { SessionId = sessionId, Session = session, By = "customer:alice" });
        }
        else
        {
            events.Add(Event(QueueEventKind.SessionEnded) with { SessionId = sessionId, Session = session with { Status = "closed" }, By = "customer:alice" });
            (session, sessionId) = (null, null);
        }
    }

    private void Say(string id, QueueEventKind kind, CommandState state, Func<QueueEvent, QueueEvent> more)
    {
        open[id] = state;
        events.Add(more(Event(kind) with { CommandId = id, State = state }));
    }

    private QueueEvent Event(QueueEventKind kind) => new() { Seq = events.Count + 1, At = start + events.Count, Kind = kind };
}
