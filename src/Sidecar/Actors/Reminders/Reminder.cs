using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Reminders;

internal readonly record struct ReminderKey(ActorKey Actor, string Name);

/// <summary>A reminder and how far it is.</summary>
internal sealed class Reminder(ReminderKey key, string dueTime, ReadOnlyMemory<byte>? data, ReminderSchedule schedule, DateTimeOffset tick)
    : ScheduledItem<ReminderKey>(key, tick)
{
    /// <summary>The due time as it was registered, or empty.</summary>
    public string DueTime { get; } = dueTime;

    /// <summary>The JSON that was registered, or null when there was none.</summary>
    public ReadOnlyMemory<byte>? Data { get; } = data;

    public ReminderSchedule Schedule { get; } = schedule;

    public override DateTimeOffset? Next() => Schedule.After(Tick, TicksDone);

    public override DateTimeOffset? Retry() => ReminderSchedule.Retry(Tick, Attempts);
}
