using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.TestKit;

/// <summary>Every measurement of some meters from now on.</summary>
public sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> measurements = new();

    private readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);

    /// <summary>Listens to the meters of a factory.</summary>
    public RecordedMetrics(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Scope != meters) return;
            known[instrument.Name] = true;
            to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    /// <summary>All values of an instrument with these tags (<c>way=push</c>; several with a comma, by name), in their order.</summary>
    public IReadOnlyList<double> Values(string name, string tags = "") =>
        [.. measurements.Where(measured => measured.Name == name && measured.Tags == tags).Select(measured => measured.Value)];

    /// <summary>Whether there is such an instrument.</summary>
    public bool Knows(string name) => known.ContainsKey(name);

    /// <summary>What an observable instrument says now.</summary>
    public double Ask(string name, string tags = "")
    {
        measurements.Clear();
        listener.RecordObservableInstruments();
        return Values(name, tags).Single();
    }

    /// <inheritdoc />
    public void Dispose() => listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => measurements.Enqueue(
        (instrument.Name, value, string.Join(',', tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))));
}
