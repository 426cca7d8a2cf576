using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Jobs;

/// <summary>
/// When a job fires: at <see cref="First"/>, then as its schedule says after the tick before, whenever that was delivered, so that missed
/// ticks are delivered one by one. A pure value: no clock.
/// </summary>
/// <param name="First">The due time, or else the schedule's first time.</param>
/// <param name="Recurrence">Null for a job that fires once.</param>
/// <param name="Repeats">How many ticks there are in all; null for no limit.</param>
/// <param name="Expires">The last moment a tick may be scheduled at; null for no limit.</param>
internal sealed record JobSchedule(DateTimeOffset First, CronSchedule? Recurrence, long? Repeats, DateTimeOffset? Expires)
{
    /// <summary>The tick at the start, or null when the job expires before it.</summary>
    public DateTimeOffset? FirstTick => First > Expires ? null : First;

    /// <summary>The schedule, or null and the text that Dapr's scheduler answers with.</summary>
    public static JobSchedule? TryCreate(JobDefinition job, DateTimeOffset now, TimeZoneInfo zone, out string error)
    {
        error = "";
        if (job.Schedule is null && job.Repeats > 1) error = "job must have a schedule to repeat";
        else if (job.Repeats < 1) error = "defined repeats must be greater than 0";
        else if (job.Schedule is null && job.Ttl is not null) error = "job must have a schedule to have a ttl";
        if (error.Length > 0) return null;

        CronSchedule? recurrence = null;
        if (job.Schedule is { } text && (recurrence = CronSchedule.TryParse(text, zone, out error, withSeconds: true)) is null) return null;
        DateTimeOffset due = now;
        if (job.DueTime is { } dueTime && Describe(DaprTime.TryParse(dueTime, now, out due)) is { } problem) error = problem;
        DateTimeOffset? expires = null;
        if (error.Length == 0 && job.Ttl is { } ttl)
        {
            if (DaprTime.TryParse(ttl, due, out DateTimeOffset end) != DaprTimeError.None) error = "ttl format not recognized";
            else if (job.DueTime is not null && end < due) error = "ttl must be greater than due time";
            expires = end;
        }

        if (error.Length > 0) return null;
        return new JobSchedule(job.DueTime is null ? recurrence!.Next(now) ?? DateTimeOffset.MaxValue : due, recurrence, job.Repeats, expires);
    }

    /// <summary>The tick that follows one that was due at <paramref name="tick"/>, or null when there is none.</summary>
    /// <param name="tick">When it was due, whenever it was delivered.</param>
    /// <param name="ticksDone">How many ticks are behind, that one included.</param>
    public DateTimeOffset? After(DateTimeOffset tick, int ticksDone)
    {
        DateTimeOffset? next = ticksDone < (Repeats ?? long.MaxValue) ? Recurrence?.Next(tick) : null;
        return next > Expires ? null : next;
    }

    private static string? Describe(DaprTimeError error) => error switch
    {
        DaprTimeError.None => null,
        DaprTimeError.Repetitions => "repeats not supported for due time",
        _ => "due time format not recognized",
    };
}
