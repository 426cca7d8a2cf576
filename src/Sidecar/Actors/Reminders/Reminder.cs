using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;

namespace Gateway.Sidecar.Actors.Reminders;

internal readonly record struct ReminderKey(ActorKey Actor, string Name);

/// <summary>
/// A reminder and how far it is. A registration that overwrites another is another object. The progress is written by whoever
/// delivers it, and only one does at a time.
/// </summary>
internal sealed class Reminder(ReminderKey key, string dueTime, ReadOnlyMemory<byte>? data, ReminderSchedule schedule, DateTimeOffset tick)
{
    public ReminderKey Key { get; } = key;

    /// <summary>The due time as it was registered, or empty.</summary>
    public string DueTime { get; } = dueTime;

    /// <summary>The JSON that was registered, or null when there was none.</summary>
    public ReadOnlyMemory<byte>? Data { get; } = data;

    public ReminderSchedule Schedule { get; } = schedule;

    /// <summary>When the tick that comes next is, or was, due.</summary>
    public DateTimeOffset Tick { get; set; } = tick;

    /// <summary>Ticks that were delivered or given up.</summary>
    public int TicksDone { get; set; }

    /// <summary>How often the coming tick was tried. Not kept over a restart.</summary>
    public int Attempts { get; set; }

    /// <summary>Set when it was deleted or overwritten: a delivery that runs is its last.</summary>
    public bool Removed => Volatile.Read(ref removed);

    private bool removed;

    public void Remove() => Volatile.Write(ref removed, true);
}
