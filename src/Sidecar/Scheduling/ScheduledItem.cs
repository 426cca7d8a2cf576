namespace Gateway.Sidecar.Scheduling;

/// <summary>
/// Something that falls due once or again and again, and how far it is. A registration that overwrites another is another object. The
/// progress is written by whoever delivers it, and only one does at a time.
/// </summary>
internal abstract class ScheduledItem<TKey>(TKey key, DateTimeOffset tick)
{
    private bool removed;

    public TKey Key { get; } = key;

    /// <summary>When the tick that comes next is, or was, due.</summary>
    public DateTimeOffset Tick { get; set; } = tick;

    /// <summary>Ticks that were delivered or given up.</summary>
    public int TicksDone { get; set; }

    /// <summary>How often the coming tick was tried. Not kept over a restart.</summary>
    public int Attempts { get; set; }

    /// <summary>Set when it was deleted or overwritten: a delivery that runs is its last.</summary>
    public bool Removed => Volatile.Read(ref removed);

    public void Remove() => Volatile.Write(ref removed, true);

    /// <summary>The tick that follows <see cref="Tick"/>, or null when there is none.</summary>
    public abstract DateTimeOffset? Next();

    /// <summary>When the tick is tried again after <see cref="Attempts"/>, or null when it is given up.</summary>
    public abstract DateTimeOffset? Retry();
}
