using System.Text.Json;

namespace Gateway.Portal.Devices;

/// <summary>
/// The numbers of a device's heartbeats while a page is open, oldest first, at most <see cref="Capacity"/> each. Not thread-safe.
/// </summary>
internal sealed class MetricHistory
{
    /// <summary>Most samples that are kept: an hour of heartbeats at the default pace of one in 30 s.</summary>
    public const int Capacity = 120;

    private readonly Dictionary<string, List<MetricSample>> values = new(StringComparer.Ordinal);
    private DateTimeOffset? last;

    /// <summary>The names in the order in which they first came.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>A metric's samples; empty: there are none.</summary>
    public IReadOnlyList<MetricSample> this[string name] => values.TryGetValue(name, out var samples) ? samples : [];

    /// <summary>Takes a heartbeat's numbers; one that was taken already is passed over.</summary>
    public void Add(DateTimeOffset? at, JsonElement? metrics)
    {
        if (at is null || at == last || metrics is not { ValueKind: JsonValueKind.Object } numbers) return;
        last = at;
        foreach (var member in numbers.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Number) continue;
            if (!values.TryGetValue(member.Name, out var samples)) values[member.Name] = samples = [];
            if (samples.Count == Capacity) samples.RemoveAt(0);
            samples.Add(new MetricSample(at.Value, member.Value.GetDouble()));
        }
    }
}

/// <summary>A metric in one heartbeat.</summary>
public readonly record struct MetricSample(DateTimeOffset At, double Value);
