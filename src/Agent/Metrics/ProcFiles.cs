using System.Globalization;

namespace Gateway.Agent.Metrics;

/// <summary>
/// Reads what Linux tells in /proc and /sys (proc(5)). Every question answers null where the file is missing or reads otherwise.
/// </summary>
/// <param name="root">The root of the file system; another in tests.</param>
internal sealed class ProcFiles(string root = "/")
{
    /// <summary>Ticks of all cores since the start: in use, and altogether.</summary>
    public readonly record struct CpuTicks(long Busy, long Total);

    public readonly record struct MemoryBytes(long Total, long Available);

    public readonly record struct Load(double One, double Five, double Fifteen);

    public CpuTicks? Cpu()
    {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice; user and nice contain the guests already.
        string[]? fields = Lines("proc/stat")?.FirstOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not ["cpu", ..] || fields.Length < 5) return null;
        long total = 0, idle = 0;
        for (int i = 1; i < fields.Length && i <= 8; i++)
        {
            if (!long.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)) return null;
            total += ticks;
            if (i is 4 or 5) idle += ticks;
        }

        return new CpuTicks(total - idle, total);
    }

    public MemoryBytes? Memory()
    {
        long? total = null, available = null;
        foreach (string line in Lines("proc/meminfo") ?? [])
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) total = Kilobytes(line);
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)) available = Kilobytes(line);
        }

        return total is { } all and > 0 && available is { } free ? new MemoryBytes(all, Math.Min(free, all)) : null;
    }

    public double? UptimeSeconds() => Numbers("proc/uptime") is [{ } seconds, ..] ? seconds : null;

    public Load? LoadAverage() =>
        Numbers("proc/loadavg") is [{ } one, { } five, { } fifteen, ..] ? new Load(one, five, fifteen) : null;

    public double? TemperatureCelsius() =>
        Numbers("sys/class/thermal/thermal_zone0/temp") is [{ } thousandths, ..] ? Math.Round(thousandths / 1000, 1) : null;

    /// <summary>The board's name on machines with a device tree, for example <c>Raspberry Pi 4 Model B Rev 1.4</c>.</summary>
    public string? Model() => Text("proc/device-tree/model")?.Trim('\0', ' ', '\n') is { Length: > 0 } model ? model : null;

    public string? CpuModel()
    {
        string? line = Lines("proc/cpuinfo")?.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    public string? KernelRelease() => Text("proc/sys/kernel/osrelease")?.Trim();

    private static long? Kilobytes(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, var number, "kB", ..]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value * 1024 : null;
    }

    private double?[]? Numbers(string path) =>
        [.. (Lines(path)?.FirstOrDefault() ?? "").Split(' ').Select(field =>
            double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : default(double?))];

    private string[]? Lines(string path) => Text(path)?.Split('\n');

    private string? Text(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
