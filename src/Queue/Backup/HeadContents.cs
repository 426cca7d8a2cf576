using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Queue.Commits;

namespace Gateway.Queue.Backup;

/// <summary>What a head names: found step by step, since segments name documents too.</summary>
internal sealed class HeadContents
{
    private readonly Queue<string> unread = new();
    private readonly HashSet<string> named = [];
    private readonly HashSet<string> optional = [];
    private readonly Dictionary<string, int> segments = [];
    private readonly Dictionary<string, long> needed = [];

    public HeadContents(QueueHead head)
    {
        foreach (var segment in head.Lanes.SelectMany(lane => lane.Segments))
        {
            segments[segment.Name] = segment.Skip;
            Add(segment.Name);
        }

        AddEntries(head.Lanes.SelectMany(lane => lane.Front.Concat(lane.Tail)).Concat(head.Pending).Concat(head.Claimed));
        foreach (var name in head.Events.SelectMany(EventTexts.Documents)) Add(name);

        // What is to be deleted when history has the event: nobody reads it any more.
        foreach (var name in head.Events.SelectMany(e => e.Documents ?? []).Where(name => !named.Contains(name)))
        {
            optional.Add(name);
            Add(name);
        }
    }

    /// <summary>The next names to read, at most so many; none: all were read.</summary>
    public IReadOnlyList<string> Next(int limit)
    {
        var names = new List<string>();
        while (names.Count < limit && unread.TryDequeue(out var name)) names.Add(name);
        return names;
    }

    /// <summary>Takes note of a document that was read: what a segment names is to be read as well.</summary>
    public void Read(string name, QueueDocument document)
    {
        if (!segments.TryGetValue(name, out var skip) || document.Entries is not { } entries) return;

        // What has left it before is none of its business any more.
        AddEntries(entries.Skip(skip));
        foreach (var entry in entries) Need(name, entry.Definition.ExpiresAt);
    }

    /// <summary>Whether the queue does not work without it.</summary>
    public bool IsNeeded(string name) => !optional.Contains(name);

    /// <summary>
    /// When a document expires (decision 0002), which no state API tells on every component: the retention and a day after it was written, a
    /// time that its name begins with, and a day after the last command in it at the least.
    /// </summary>
    public DateTimeOffset ExpiryOf(string name, TimeSpan retention)
    {
        var written = SortableId.MadeAt(name[..SortableId.Length]) + retention;
        var last = DateTimeOffset.FromUnixTimeMilliseconds(needed.GetValueOrDefault(name));
        return (written > last ? written : last) + TimeSpan.FromDays(1);
    }

    private void AddEntries(IEnumerable<QueueEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Definition.Parameters.Document is not { } name) continue;
            Need(name, entry.Definition.ExpiresAt);
            Add(name);
        }
    }

    private void Need(string name, long until) => needed[name] = Math.Max(until, needed.GetValueOrDefault(name));

    private void Add(string name)
    {
        if (named.Add(name)) unread.Enqueue(name);
    }
}
