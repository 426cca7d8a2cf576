namespace Gateway.Bench.Floors;

/// <summary>The memory of the server's process once everything that can be collected is.</summary>
/// <param name="Resident">Resident, in bytes.</param>
/// <param name="Heap">Live on the managed heap, in bytes.</param>
internal sealed record MemoryReading(long Resident, long Heap)
{
    /// <summary>Collects, gives back to the system what is free, and reads.</summary>
    public static MemoryReading Take()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new MemoryReading(Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false));
    }
}
