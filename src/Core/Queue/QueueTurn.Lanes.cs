using System.Runtime.InteropServices;

namespace Gateway.Core.Queue;

/// <summary>
/// The waiting commands. A lane's order is that of its ids: <c>Front &lt; Segments &lt; Tail</c>. Segments are copied on write: a
/// changed one is written under a new name and the old one deleted after the commit.
/// </summary>
internal sealed partial class QueueTurn
{
    private readonly List<Lane> lanes;

    public int Waiting => lanes.Sum(lane => lane.Count);

    public IEnumerable<Lane> Lanes => lanes;

    /// <summary>How many of them are in the head.</summary>
    private int AtHand => lanes.Sum(lane => lane.Front.Count + lane.Tail.Count);

    /// <summary>The first command that a claim would get, but for approvals; null: none waits.</summary>
    public string? NextId => lanes.Find(lane => lane.Count > 0) is { } lane
        ? lane.Front.Count > 0 ? lane.Front[0].Id : lane.Segments[0].FirstId
        : null;

    /// <summary>Puts a command at its place: the one its id says, also when it comes back.</summary>
    public bool Insert(QueueEntry entry)
    {
        var lane = LaneOf(entry.Definition.Priority);
        if (lane.Segments.Count == 0 || Before(entry.Id, lane.Segments[0].FirstId))
            InsertSorted(lane.Front, entry);
        else if (entry.Id == LastId || (lane.Tail.Count > 0 && Before(lane.Tail[0].Id, entry.Id)))
            InsertSorted(lane.Tail, entry);
        else
        {
            var index = lane.SegmentOf(entry.Id);
            if (Remaining(lane.Segments[index]) is not { } entries) return false;
            var list = entries.ToList();
            InsertSorted(list, entry);
            Replace(lane, index, list);
        }

        Effects.Wakes = true;
        return true;
    }

    /// <summary>Brings the lane's next commands to hand when there are none; false: a segment has to be read first.</summary>
    public bool Refill(Lane lane)
    {
        if (lane.Front.Count > 0 || lane.Segments.Count == 0) return true;
        var segment = lane.Segments[0];
        if (Remaining(segment) is not { } entries) return false;
        var taken = Math.Min(Limits.LaneEntries, entries.Length);
        lane.Front.AddRange(entries[..taken]);
        if (taken == entries.Length)
        {
            lane.Segments.RemoveAt(0);
            Delete(segment.Name);
        }
        else
        {
            lane.Segments[0] = segment with { FirstId = entries[taken].Id, Skip = segment.Skip + taken, Count = segment.Count - taken };
        }

        lane.Normalize();
        return true;
    }

    /// <summary>A waiting command; false: a segment has to be read first. A null entry: no such command waits.</summary>
    public bool TryFindWaiting(string commandId, out QueueEntry? found)
    {
        found = null;
        var known = true;
        foreach (var lane in lanes)
        {
            found = lane.Front.Find(entry => entry.Id == commandId) ?? lane.Tail.Find(entry => entry.Id == commandId);
            if (found is not null) return true;
            var index = lane.SegmentOf(commandId);
            if (index < 0) continue;
            // Lanes do not say whose commands they hold: what is missing of any of them is asked for at once.
            var entries = Remaining(lane.Segments[index]);
            known &= entries is not null;
            found = entries?.FirstOrDefault(entry => entry.Id == commandId);
            if (found is not null) return true;
        }

        return known;
    }

    /// <summary>Takes out a command that <see cref="TryFindWaiting"/> has found.</summary>
    public void RemoveWaiting(QueueEntry entry)
    {
        var lane = LaneOf(entry.Definition.Priority);
        if (lane.Front.RemoveAll(other => other.Id == entry.Id) == 0 && lane.Tail.RemoveAll(other => other.Id == entry.Id) == 0)
        {
            var index = lane.SegmentOf(entry.Id);
            Replace(lane, index, [.. Remaining(lane.Segments[index])!.Where(other => other.Id != entry.Id)]);
        }

        lane.Normalize();
    }

    /// <summary>How many commands wait before one, higher priorities included. Its segment must be at hand.</summary>
    public int CountAhead(QueueEntry entry)
    {
        var ahead = 0;
        foreach (var lane in lanes)
        {
            if (lane.Priority < entry.Definition.Priority) break;
            if (lane.Priority > entry.Definition.Priority)
            {
                ahead += lane.Count;
                continue;
            }

            ahead += lane.Front.Count(other => Before(other.Id, entry.Id)) + lane.Tail.Count(other => Before(other.Id, entry.Id));
            var own = lane.SegmentOf(entry.Id);
            for (var i = 0; i <= own; i++)
                ahead += i < own ? lane.Segments[i].Count : Remaining(lane.Segments[i])?.Count(other => Before(other.Id, entry.Id)) ?? 0;
        }

        return ahead;
    }

    private static bool Before(string id, string other) => string.CompareOrdinal(id, other) < 0;

    /// <summary>Moves waiting commands out of the head when it has become large, the last ones to be claimed first, and keeps segments few.</summary>
    private void Spill()
    {
        foreach (var lane in lanes)
            if (lane.Tail.Count > Limits.LaneEntries && !SpillTail(lane)) return;

        // Well below the limit at once: at its brim every commit would rewrite a segment.
        var most = AtHand > Limits.InlineEntries ? Limits.LaneEntries : Limits.InlineEntries;
        var first = lanes.Find(lane => lane.Count > 0);
        for (var i = lanes.Count - 1; i >= 0 && AtHand > most; i--)
        {
            var lane = lanes[i];
            if (lane.Tail.Count > 0 && !SpillTail(lane)) return;
            var keep = lane == first ? Limits.LaneEntries : 0;
            if (lane.Front.Count <= keep) continue;
            var at = 0;
            foreach (var chunk in lane.Front.Skip(keep).Chunk(Limits.SegmentEntries)) lane.Segments.Insert(at++, NewSegment(chunk));
            lane.Front.RemoveRange(keep, lane.Front.Count - keep);
        }

        foreach (var lane in lanes) JoinSegments(lane);
    }

    /// <summary>Makes one of two neighbours that fit in one: their number, and with it the head, is bounded by what waits.</summary>
    private void JoinSegments(Lane lane)
    {
        for (var i = lane.Segments.Count - 2; i >= 0; i--)
        {
            var (left, right) = (lane.Segments[i], lane.Segments[i + 1]);
            if (left.Count + right.Count > Limits.SegmentEntries) continue;
            var (entries, more) = (Remaining(left), Remaining(right));
            if (entries is null || more is null) continue;
            Delete(right.Name);
            lane.Segments.RemoveAt(i + 1);
            Replace(lane, i, [.. entries, .. more]);
        }
    }

    public static void InsertSorted(List<QueueEntry> entries, QueueEntry entry)
    {
        // Nearly always at the end: new commands have the highest id.
        var at = entries.Count;
        while (at > 0 && Before(entry.Id, entries[at - 1].Id)) at--;
        entries.Insert(at, entry);
    }

    private Lane LaneOf(int priority)
    {
        var index = lanes.FindIndex(lane => lane.Priority <= priority);
        if (index >= 0 && lanes[index].Priority == priority) return lanes[index];
        var lane = new Lane(new QueueLane(priority, [], [], []));
        lanes.Insert(index < 0 ? lanes.Count : index, lane);
        return lane;
    }

    /// <summary>What is still to come of a segment; null: it has to be read first.</summary>
    private QueueEntry[]? Remaining(SegmentRef segment) => Load(segment.Name)?.Entries is { } entries ? [.. entries[segment.Skip..]] : null;

    /// <summary>Writes a segment anew and answers how many references took its place.</summary>
    private int Replace(Lane lane, int index, IReadOnlyCollection<QueueEntry> entries)
    {
        Delete(lane.Segments[index].Name);
        lane.Segments.RemoveAt(index);
        var references = entries.Chunk(2 * Limits.SegmentEntries).Select(NewSegment).ToList();
        lane.Segments.InsertRange(index, references);
        Changed = true;
        return references.Count;
    }

    private bool SpillTail(Lane lane)
    {
        // Small segments would make the head's list of them long: the last one is filled up first.
        if (lane.Segments is [.., var last] && last.Count + lane.Tail.Count <= Limits.SegmentEntries)
        {
            if (Remaining(last) is not { } entries) return false;
            Replace(lane, lane.Segments.Count - 1, [.. entries, .. lane.Tail]);
        }
        else
        {
            lane.Segments.AddRange(lane.Tail.Chunk(Limits.SegmentEntries).Select(NewSegment));
        }

        lane.Tail.Clear();
        return true;
    }

    private SegmentRef NewSegment(QueueEntry[] entries) => new(
        Write(new QueueDocument { Entries = ImmutableCollectionsMarshal.AsImmutableArray(entries) }),
        entries[0].Id, 0, entries.Length, entries.Min(entry => entry.Definition.ExpiresAt));

    /// <summary>A lane in the making.</summary>
    internal sealed class Lane(QueueLane lane)
    {
        public int Priority { get; } = lane.Priority;

        public List<QueueEntry> Front { get; } = [.. lane.Front];

        public List<SegmentRef> Segments { get; } = [.. lane.Segments];

        public List<QueueEntry> Tail { get; } = [.. lane.Tail];

        public int Count => Front.Count + Tail.Count + Segments.Sum(segment => segment.Count);

        /// <summary>The segment that an id belongs into; -1: before all of them.</summary>
        public int SegmentOf(string id) => Segments.FindLastIndex(segment => !Before(id, segment.FirstId));

        /// <summary>Without segments there is no tail.</summary>
        public void Normalize()
        {
            if (Segments.Count > 0 || Tail.Count == 0) return;
            Front.AddRange(Tail);
            Tail.Clear();
        }

        public QueueLane ToRecord() => new(Priority, [.. Front], [.. Segments], [.. Tail]);
    }
}
