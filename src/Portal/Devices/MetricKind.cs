using System.Globalization;

namespace Gateway.Portal.Devices;

/// <summary>How a metric is shown. The agent's own have names and units; any other is a number under its own name.</summary>
/// <param name="Name">As the device calls it.</param>
/// <param name="Label">As people do.</param>
/// <param name="Text">A value with its unit.</param>
/// <param name="Max">The scale's end; null: it follows the values.</param>
public sealed record MetricKind(string Name, string Label, Func<double, string> Text, double? Max = null)
{
    private static readonly MetricKind[] Charted =
    [
        new("cpu", "Processor", Percent, 100),
        new("memory", "Memory", Percent, 100),
        new("diskUsedPercent", "Disk", Percent, 100),
        new("temperature", "Temperature", value => $"{Number(value)} °C"),
        new("load1", "Load, 1 min", Number),
    ];

    private static readonly HashSet<string> Told =
        ["uptime", "memoryTotalBytes", "memoryAvailableBytes", "diskAvailableBytes", "load5", "load15"];

    /// <summary>Those that are drawn, of the ones that a device has; what nobody knows is drawn after the agent's own.</summary>
    public static IEnumerable<MetricKind> ToDraw(IEnumerable<string> names)
    {
        var present = names.ToList();
        return Charted.Where(kind => present.Contains(kind.Name))
            .Concat(present.Where(name => !Told.Contains(name) && !Array.Exists(Charted, kind => kind.Name == name))
                .Select(name => new MetricKind(name, name, Number)));
    }

    /// <summary>Seconds in words: the two largest units.</summary>
    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.MaxValue.TotalSeconds / 2));
        return time switch
        {
            { TotalMinutes: < 1 } => Format($"{time.Seconds} s"),
            { TotalHours: < 1 } => Format($"{time.Minutes} min {time.Seconds} s"),
            { TotalDays: < 1 } => Format($"{time.Hours} h {time.Minutes} min"),
            _ => Format($"{time.Days} d {time.Hours} h"),
        };
    }

    /// <summary>Bytes in words.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return Format($"{bytes:0.#} {units[unit]}");
    }

    private static string Percent(double value) => Format($"{value:0.#} %");

    private static string Number(double value) => Format($"{value:0.##}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
