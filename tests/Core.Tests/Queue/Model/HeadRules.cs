using Gateway.Core.Queue;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>The shape of a head, whatever it holds (<see cref="QueueHead"/>, <see cref="QueueLane"/>, <see cref="SegmentRef"/>).</summary>
internal static class HeadRules
{
    public static void Hold(StoredQueue queue)
    {
        var head = queue.Head;
        var limits = queue.Limits;
        Assert.True(head.Claimed.Length <= limits.MaxClaims);
        Assert.True(head.Length <= limits.MaxLength);
        Assert.True(head.Lanes.Sum(lane => lane.Front.Length + lane.Tail.Length) <= limits.InlineEntries, "More commands in the head than it may hold.");
        Assert.Equal(head.Lanes.Select(lane => lane.Priority).OrderDescending(), head.Lanes.Select(lane => lane.Priority));
        Assert.Equal(head.Lanes.Length, head.Lanes.DistinctBy(lane => lane.Priority).Count());
        Assert.True(SegmentsOf(head) <= MostSegments(head, limits), $"{SegmentsOf(head)} segments for {head.Waiting} commands.");
        foreach (var lane in head.Lanes)
        {
            Assert.True(lane.Count > 0, "A lane is empty.");
            if (lane.Segments.IsEmpty) Assert.Empty(lane.Tail);
            var entries = LogicalQueue.EntriesOf(lane, queue.Read).ToList();
            Assert.Equal(entries.Count, lane.Count);
            Assert.All(entries, entry => Assert.Equal(lane.Priority, entry.Definition.Priority));
            Assert.Equal(entries[0].Id, lane.FirstId);
            foreach (var segment in lane.Segments)
            {
                var rest = LogicalQueue.EntriesOf(segment, queue.Read).ToList();
                Assert.InRange(segment.Count, 1, 2 * limits.SegmentEntries);
                Assert.Equal(segment.Count, rest.Count);
                Assert.Equal(segment.FirstId, rest[0].Id);
                Assert.True(segment.EarliestExpiry <= rest.Min(entry => entry.Definition.ExpiresAt));
            }
        }
    }

    public static int SegmentsOf(QueueHead head) => head.Lanes.Sum(lane => lane.Segments.Length);

    /// <summary>Two neighbours hold more than one segment may: so there are at most two for every full one, and one or two more in each lane.</summary>
    private static int MostSegments(QueueHead head, QueueLimits limits) =>
        (2 * head.Waiting / limits.SegmentEntries) + (2 * head.Lanes.Length);
}
