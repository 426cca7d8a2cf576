using System.Diagnostics.Metrics;

namespace Gateway.TestKit;

/// <summary>Meters of one test's own: nobody else's listener takes them for its own.</summary>
public sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    /// <inheritdoc />
    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var meter = new Meter(new MeterOptions(options.Name) { Version = options.Version, Scope = this });
        lock (meters) meters.Add(meter);
        return meter;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (meters) meters.ForEach(meter => meter.Dispose());
    }
}
