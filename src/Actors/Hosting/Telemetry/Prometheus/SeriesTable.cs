using System.Collections.Concurrent;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>
/// The series of one metric by their tags. Finding a known one takes no lock and allocates nothing. There are never more than the limit: from
/// then on what is new is counted together in one more. Thread-safe.
/// </summary>
internal sealed class SeriesTable<TSeries>
    where TSeries : class, new()
{
    private readonly int limit;
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], TSeries> byTags = new(TagComparer.Instance);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], TSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> lookup;
    private readonly Lock gate = new();
    private readonly Dictionary<string, TSeries> byLabels = new(StringComparer.Ordinal);
    private int known;

    /// <param name="limit">Most series, the one for what is beyond included; at least 2.</param>
    public SeriesTable(int limit)
    {
        this.limit = limit;
        lookup = byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    /// <summary>The series of these tags, in whatever order they come.</summary>
    public TSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        lookup.TryGetValue(tags, out var series) ? series : Add(tags);

    /// <summary>All series with their labels, by these.</summary>
    public IReadOnlyList<KeyValuePair<string, TSeries>> All()
    {
        lock (gate) return [.. byLabels.OrderBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    private TSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusLabels.Text(tags);
        lock (gate)
        {
            if (!byLabels.TryGetValue(labels, out var series))
            {
                if (byLabels.Count >= limit - 1) return Overflow();
                byLabels[labels] = series = new TSeries();
            }

            // Several tags can mean the same labels, by their order or by their values' texts; not all of them need to be quick.
            if (known < 2 * limit && byTags.TryAdd(tags.ToArray(), series)) known++;
            return series;
        }
    }

    private TSeries Overflow()
    {
        if (!byLabels.TryGetValue(PrometheusLabels.Overflow, out var series)) byLabels[PrometheusLabels.Overflow] = series = new TSeries();
        return series;
    }
}
