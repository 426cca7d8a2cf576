using System.Diagnostics.Metrics;
using System.Globalization;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>What an instrument of .NET is in the text format.</summary>
/// <param name="Type">Its type.</param>
/// <param name="IsSum">Whether its measurements are changes, to be added; otherwise they are values.</param>
internal sealed record InstrumentKind(MetricType Type, bool IsSum)
{
    /// <summary>OpenTelemetry's default bounds, for a histogram that brings none.</summary>
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    /// <summary>The same for seconds, as OpenTelemetry's .NET SDK has it.</summary>
    private static readonly double[] DefaultSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>The kind of an instrument; null: one that is not known.</summary>
    public static InstrumentKind? Of(Instrument instrument)
    {
        var type = instrument.GetType();
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        return definition switch
        {
            _ when definition == typeof(Counter<>) => new InstrumentKind(MetricType.Counter, IsSum: true),
            _ when definition == typeof(UpDownCounter<>) => new InstrumentKind(MetricType.Gauge, IsSum: true),
            _ when definition == typeof(ObservableCounter<>) => new InstrumentKind(MetricType.Counter, IsSum: false),
            _ when definition == typeof(Gauge<>) || definition == typeof(ObservableGauge<>) || definition == typeof(ObservableUpDownCounter<>) =>
                new InstrumentKind(MetricType.Gauge, IsSum: false),
            _ when definition == typeof(Histogram<>) => new InstrumentKind(MetricType.Histogram, IsSum: false),
            _ => null,
        };
    }

    /// <summary>The upper bounds of a histogram's buckets: its own, else the usual ones.</summary>
    public static double[] Bounds(Instrument histogram) => (histogram switch
    {
        Histogram<double> h => Advised(h),
        Histogram<float> h => Advised(h),
        Histogram<decimal> h => Advised(h),
        Histogram<long> h => Advised(h),
        Histogram<int> h => Advised(h),
        Histogram<short> h => Advised(h),
        Histogram<byte> h => Advised(h),
        _ => null,
    }) ?? (histogram.Unit == "s" ? DefaultSeconds : DefaultBounds);

    private static double[]? Advised<T>(Histogram<T> histogram)
        where T : struct =>
        histogram.Advice?.HistogramBucketBoundaries is { Count: > 0 } bounds
            ? [.. bounds.Select(bound => Convert.ToDouble(bound, CultureInfo.InvariantCulture))]
            : null;
}
