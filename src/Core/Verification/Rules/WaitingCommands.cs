namespace Gateway.Core.Verification.Rules;

/// <summary>
/// The waits of a device as time goes on: finds, in the logarithm of their number, the first to be accepted that has begun and
/// lasts past a time. Per priority a tree over the waits in the order of acceptance holds the latest end below each node.
/// </summary>
internal sealed class WaitingCommands
{
    private readonly List<Wait> coming;
    private readonly List<(int Priority, Lane Lane)> lanes;
    private readonly Dictionary<Wait, (Lane Lane, int Place)> places = [];
    private int begun;

    public WaitingCommands(List<Wait> waits)
    {
        coming = [.. waits.OrderBy(wait => wait.From)];
        lanes = [.. waits.GroupBy(wait => wait.Acceptance.Priority).OrderByDescending(lane => lane.Key)
            .Select(lane => (lane.Key, new Lane([.. lane.OrderBy(wait => wait.Acceptance.Answered)])))];
        foreach (var (_, lane) in lanes)
            for (var i = 0; i < lane.Waits.Length; i++) places.Add(lane.Waits[i], (lane, i));
    }

    /// <summary>Waits that began before now count.</summary>
    public void AdvanceTo(long now)
    {
        for (; begun < coming.Count && coming[begun].From < now; begun++)
        {
            var (lane, place) = places[coming[begun]];
            lane.Begin(place);
        }
    }

    /// <summary>A wait that lasts past a time and comes before a command of this priority that was sent then; null: none.</summary>
    public Wait? FirstBefore(int priority, long sent, long past)
    {
        foreach (var (higher, lane) in lanes)
        {
            if (higher < priority) break;
            if (lane.FirstPast(past) is { } wait && (higher > priority || wait.Acceptance.Answered < sent)) return wait;
        }

        return null;
    }

    private sealed class Lane(Wait[] waits)
    {
        private readonly int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)waits.Length);
        private readonly long[] latest = NewTree(waits.Length);

        public Wait[] Waits { get; } = waits;

        public void Begin(int place)
        {
            for (var node = size + place; node > 0; node /= 2) latest[node] = Math.Max(latest[node], Waits[place].Until);
        }

        public Wait? FirstPast(long past)
        {
            if (latest[1] <= past) return null;
            var node = 1;
            while (node < size) node = latest[2 * node] > past ? 2 * node : 2 * node + 1;
            return Waits[node - size];
        }

        private static long[] NewTree(int leaves)
        {
            var tree = new long[2 * (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)leaves)];
            Array.Fill(tree, long.MinValue);
            return tree;
        }
    }
}
