namespace Gateway.Agent.Metrics;

/// <summary>Samples the machine; the processor's use is that of the time between two samples. For one caller at a time.</summary>
internal sealed class MetricsSampler(ProcFiles proc)
{
    private ProcFiles.CpuTicks? last = proc.Cpu();

    public MetricsSample Sample()
    {
        ProcFiles.MemoryBytes? memory = proc.Memory();
        ProcFiles.Load? load = proc.LoadAverage();
        DiskSpace? disk = DiskSpace.OfRoot();
        return new MetricsSample(
            CpuPercent(),
            memory is { } bytes ? Percentage.Of(bytes.Total - bytes.Available, bytes.Total) : null,
            proc.UptimeSeconds(),
            memory?.Total,
            memory?.Available,
            disk?.UsedPercent,
            disk?.AvailableBytes,
            load?.One,
            load?.Five,
            load?.Fifteen,
            proc.TemperatureCelsius());
    }

    private double? CpuPercent()
    {
        ProcFiles.CpuTicks? before = last;
        last = proc.Cpu();
        // The counters of iowait can go back (proc(5)), and two samples can fall into one tick.
        return before is { } from && last is { } to && to.Total > from.Total
            ? Math.Clamp(Percentage.Of(to.Busy - from.Busy, to.Total - from.Total), 0, 100)
            : null;
    }
}
