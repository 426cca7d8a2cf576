namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>What the journal keeps of a reminder beside its key: a copy, since the reminder goes on while the copy waits.</summary>
internal sealed record ReminderRow(
    string DueTime,
    ReadOnlyMemory<byte>? Data,
    DateTimeOffset First,
    TimeSpan? Every,
    int? Repeats,
    DateTimeOffset? Expires,
    DateTimeOffset Tick,
    int TicksDone)
{
    public static ReminderRow Of(Reminder reminder) => new(
        reminder.DueTime,
        reminder.Data,
        reminder.Schedule.First,
        reminder.Schedule.Every,
        reminder.Schedule.Repeats,
        reminder.Schedule.Expires,
        reminder.Tick,
        reminder.TicksDone);
}
