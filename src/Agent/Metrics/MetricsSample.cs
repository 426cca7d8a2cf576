namespace Gateway.Agent.Metrics;

/// <summary>What a heartbeat says about the machine. What the machine does not tell is absent.</summary>
/// <param name="Cpu">Percent of all cores in use since the last sample, 0 to 100.</param>
/// <param name="Memory">Percent of the memory in use, 0 to 100: what is not available to new programs.</param>
/// <param name="Uptime">Seconds since the machine started.</param>
/// <param name="DiskUsedPercent">Percent of the root file system in use, 0 to 100.</param>
/// <param name="Temperature">Degrees Celsius of the first thermal zone, on a Raspberry Pi the processor.</param>
internal sealed record MetricsSample(
    double? Cpu,
    double? Memory,
    double? Uptime,
    long? MemoryTotalBytes,
    long? MemoryAvailableBytes,
    double? DiskUsedPercent,
    long? DiskAvailableBytes,
    double? Load1,
    double? Load5,
    double? Load15,
    double? Temperature);
