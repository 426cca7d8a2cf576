namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>One metric with all its series: what stands under one <c># TYPE</c>. Measurements come from any thread.</summary>
internal abstract class MetricFamily(string name, string? description, MetricType type)
{
    /// <summary>The metric's name, unit and all.</summary>
    public string Name => name;

    /// <summary>What it means; null: not told.</summary>
    public string? Description => description;

    public MetricType Type => type;

    /// <summary>Takes a measurement.</summary>
    public abstract void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>Writes the lines of its series.</summary>
    public abstract void Write(PrometheusText text);

    /// <summary>Before instruments that are asked for their values are asked.</summary>
    public virtual void BeginCollection()
    {
    }
}

/// <summary>Sums what instruments report as it happens: counters and up-down counters.</summary>
internal sealed class SumFamily(string name, string? description, MetricType type, int limit) : MetricFamily(name, description, type)
{
    private readonly SeriesTable<Cell> series = new(limit);

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // A counter that falls would look like a restart.
        if (Type == MetricType.Counter && !(value >= 0)) return;
        series.Find(tags).Add(value);
    }

    public override void Write(PrometheusText text)
    {
        foreach (var (labels, cell) in series.All()) text.Sample(Name, "", labels, cell.Value);
    }

    internal sealed class Cell
    {
        private double value;

        public double Value => Volatile.Read(ref value);

        public void Add(double addition)
        {
            for (var before = Value; ;)
            {
                var seen = Interlocked.CompareExchange(ref value, before + addition, before);
                if (seen.Equals(before)) return;
                before = seen;
            }
        }
    }
}

/// <summary>Keeps the last value: gauges that tell of themselves, and instruments that are asked, whose series end when they are not told of.</summary>
internal sealed class ValueFamily(string name, string? description, MetricType type, int limit, bool isAsked) : MetricFamily(name, description, type)
{
    private SeriesTable<Cell> series = new(limit);

    public override void BeginCollection()
    {
        if (isAsked) series = new SeriesTable<Cell>(limit);
    }

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Volatile.Write(ref series.Find(tags).Value, value);

    public override void Write(PrometheusText text)
    {
        foreach (var (labels, cell) in series.All()) text.Sample(Name, "", labels, Volatile.Read(ref cell.Value));
    }

    internal sealed class Cell
    {
        public double Value;
    }
}

/// <summary>Counts values by size.</summary>
internal sealed class HistogramFamily(string name, string? description, double[] bounds, int limit)
    : MetricFamily(name, description, MetricType.Histogram)
{
    private readonly SeriesTable<Buckets> series = new(limit);

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (double.IsNaN(value)) return;
        var index = Array.BinarySearch(bounds, value);
        series.Find(tags).Add(index < 0 ? ~index : index, value, bounds.Length + 1);
    }

    public override void Write(PrometheusText text)
    {
        foreach (var (labels, buckets) in series.All())
        {
            var (counts, sum) = buckets.Read(bounds.Length + 1);
            var below = 0L;
            for (var i = 0; i < counts.Length; i++)
            {
                below += counts[i];
                text.Sample(Name, "_bucket", WithBound(labels, i < bounds.Length ? bounds[i] : double.PositiveInfinity), below);
            }

            text.Sample(Name, "_sum", labels, sum);
            text.Sample(Name, "_count", labels, below);
        }
    }

    private static string WithBound(string labels, double bound) =>
        $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{PrometheusText.Number(bound)}\"";

    internal sealed class Buckets
    {
        private readonly Lock gate = new();
        private long[]? counts;
        private double sum;

        public void Add(int bucket, double value, int buckets)
        {
            lock (gate)
            {
                (counts ??= new long[buckets])[bucket]++;
                sum += value;
            }
        }

        public (long[] Counts, double Sum) Read(int buckets)
        {
            lock (gate) return (counts is null ? new long[buckets] : [.. counts], sum);
        }
    }
}
