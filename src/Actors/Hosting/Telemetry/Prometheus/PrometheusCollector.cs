using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>
/// Listens to the instruments of this host from its making on, sums up what they say, and tells it in Prometheus's text format. Measurements come
/// from any thread; <see cref="Collect"/> does one at a time. Instruments that share a name and a type (a library's meter for the process and the
/// host's own) share a metric.
/// </summary>
internal sealed class PrometheusCollector : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly MeterChoice choice;
    private readonly TelemetryResource resource;
    private readonly int maxSeries;
    private readonly ILogger<PrometheusCollector> logger;
    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly Lock collecting = new();
    private bool failing;

    /// <summary>Made by the container.</summary>
    public PrometheusCollector(MeterChoice choice, TelemetryResource resource, IOptions<MetricsOptions> options, ILogger<PrometheusCollector> logger)
    {
        this.choice = choice;
        this.resource = resource;
        this.logger = logger;
        maxSeries = options.Value.MaxSeries;
        listener.InstrumentPublished = Listen;
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Record(family, (double)value, tags));
        listener.Start();
    }

    /// <summary>All metrics as they are now, by name.</summary>
    public string Collect()
    {
        lock (collecting)
        {
            foreach (var family in families.Values) family.BeginCollection();
            AskObservables();
            var text = new PrometheusText();
            text.Head("target_info", "Which service this is.", MetricType.Gauge);
            text.Sample("target_info", "", PrometheusLabels.Text(
            [
                new("service.instance.id", resource.InstanceId), new("service.name", resource.Name), new("service.version", resource.Version),
            ]), 1);
            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                text.Head(family.Name, family.Description, family.Type);
                family.Write(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Record(value, tags);

    private void Listen(Instrument instrument, MeterListener from)
    {
        if (!choice.Takes(instrument) || InstrumentKind.Of(instrument) is not { } kind) return;
        var name = PrometheusName.Metric(instrument.Name, instrument.Unit, kind.Type);
        var family = families.GetOrAdd(name, _ => kind switch
        {
            { Type: MetricType.Histogram } => new HistogramFamily(name, instrument.Description, InstrumentKind.Bounds(instrument), maxSeries),
            { IsSum: true } => new SumFamily(name, instrument.Description, kind.Type, maxSeries),
            _ => new ValueFamily(name, instrument.Description, kind.Type, maxSeries, instrument.IsObservable),
        });
        if (family.Type != kind.Type || family is SumFamily != kind.IsSum) TelemetryLog.NameTaken(logger, instrument.Name, instrument.Meter.Name, name);
        else from.EnableMeasurementEvents(instrument, family);
    }

    private void AskObservables()
    {
        try
        {
            listener.RecordObservableInstruments();
            failing = false;
        }
        catch (Exception problem)
        {
            // All the others have been asked nevertheless.
            if (!failing) TelemetryLog.NotRead(logger, problem);
            failing = true;
        }
    }
}
