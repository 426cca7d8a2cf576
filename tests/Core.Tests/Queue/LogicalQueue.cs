using System.Text.Json;
using Gateway.Core.Commands;
using Gateway.Core.Queue;

namespace Gateway.Core.Tests.Queue;

/// <summary>What a head means, wherever its parts live: every document read and put in its place.</summary>
internal sealed record LogicalQueue(
    IReadOnlyList<QueueEntry> Waiting,
    IReadOnlyList<QueueEntry> Pending,
    IReadOnlyList<QueueEntry> Claimed,
    QueueSession? Session,
    IReadOnlyList<QueueEvent> Events)
{
    public static LogicalQueue Of(QueueHead head, Func<string, QueueDocument> read) => new(
        [.. head.Lanes.SelectMany(lane => EntriesOf(lane, read)).Select(entry => Inline(entry, read))],
        [.. head.Pending.Select(entry => Inline(entry, read))],
        [.. head.Claimed.Select(entry => Inline(entry, read))],
        head.Session,
        [.. head.Events.Select(e => Inline(e, read))]);

    /// <summary>A lane's commands in order.</summary>
    public static IEnumerable<QueueEntry> EntriesOf(QueueLane lane, Func<string, QueueDocument> read) =>
        [.. lane.Front, .. lane.Segments.SelectMany(segment => EntriesOf(segment, read)), .. lane.Tail];

    /// <summary>What is still to come of a segment.</summary>
    public static IEnumerable<QueueEntry> EntriesOf(SegmentRef segment, Func<string, QueueDocument> read) =>
        read(segment.Name).Entries!.Value.Skip(segment.Skip);

    /// <summary>Every document that a head names, also by way of its segments and events.</summary>
    public static HashSet<string> DocumentsOf(QueueHead head, Func<string, QueueDocument> read)
    {
        var entries = head.Lanes.SelectMany(lane => EntriesOf(lane, read)).Concat(head.Pending).Concat(head.Claimed);
        string?[] names =
        [
            .. head.Lanes.SelectMany(lane => lane.Segments).Select(segment => segment.Name),
            .. entries.Select(entry => entry.Definition.Parameters.Document),
            .. head.Events.SelectMany(e => e.Documents ?? []),
            .. head.Events.Select(e => e.Definition?.Parameters.Document),
            .. head.Events.Select(e => e.Result?.Output?.Document),
            .. head.Events.Select(e => e.Result?.Error?.Document),
        ];
        return [.. names.OfType<string>()];
    }

    public static QueueEvent Inline(QueueEvent e, Func<string, QueueDocument> read) => e with
    {
        Documents = null,
        Definition = e.Definition is { } definition ? definition with { Parameters = Inline(definition.Parameters, read)! } : null,
        Result = e.Result is { } result
            ? result with { Output = Inline(result.Output, read), Error = Inline(result.Error, read) }
            : null,
    };

    /// <summary>A text to compare by.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    private static QueueEntry Inline(QueueEntry entry, Func<string, QueueDocument> read) =>
        entry with { Definition = entry.Definition with { Parameters = Inline(entry.Definition.Parameters, read)! } };

    private static Payload? Inline(Payload? payload, Func<string, QueueDocument> read) =>
        payload?.Document is { } name ? Payload.Inline(read(name).Text!) : payload;
}
