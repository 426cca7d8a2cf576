using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Scheduling;

/// <summary>
/// When a reminder fires: at <see cref="First"/>, then every <see cref="Every"/> after the tick before, whenever that was delivered,
/// so that missed ticks are delivered one by one. A pure value: no clock.
/// </summary>
/// <remarks>
/// Rules as Dapr's scheduler has them: a due time or a period is needed; without a due time the first tick is one period away; ttl
/// counts from the due time, includes its end, and needs a period; repetitions of zero mean no limit; a period of zero or less
/// makes the next tick due at once.
/// <para><c>Every</c>: Null for a reminder that fires once.</para>
/// <para><c>Repeats</c>: How many ticks there are in all; null for no limit.</para>
/// <para><c>Expires</c>: The last moment a tick may be scheduled at; null for no limit.</para>
/// </remarks>
internal sealed record ReminderSchedule(DateTimeOffset First, TimeSpan? Every, int? Repeats, DateTimeOffset? Expires)
{
    /// <summary>Attempts of one tick beyond the first.</summary>
    public const int MaxRetries = 3;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>The schedule, or null and the text that Dapr answers with.</summary>
    public static ReminderSchedule? TryCreate(string? dueTime, string? period, string? ttl, DateTimeOffset now, out string? error)
    {
        error = null;
        TimeSpan? every = null;
        int? repeats = null;
        if (!string.IsNullOrEmpty(period))
        {
            // The scheduler knows no calendar periods.
            if (!DaprPeriod.TryParse(period, out DaprPeriod parsed) || parsed.HasDateParts)
            {
                error = $"unsupported period format: {period}";
                return null;
            }

            every = parsed.Time;
            repeats = parsed.Repetitions is > 0 ? parsed.Repetitions : null;
        }

        error = Validate(dueTime, every, ttl, now, out DateTimeOffset first, out DateTimeOffset? expires);
        if (error is null) return new ReminderSchedule(first, every, repeats, expires);
        error = $"rpc error: code = Unknown desc = job failed validation: {error}";
        return null;
    }

    private static string? Validate(
        string? dueTime, TimeSpan? every, string? ttl, DateTimeOffset now, out DateTimeOffset first, out DateTimeOffset? expires)
    {
        first = now;
        expires = null;
        DateTimeOffset due = now;
        if (!string.IsNullOrEmpty(dueTime))
        {
            DaprTimeError problem = DaprTime.TryParse(dueTime, now, out due);
            if (problem == DaprTimeError.Repetitions) return "repeats not supported for due time";
            if (problem == DaprTimeError.Format) return "due time format not recognized";
            first = due;
        }
        else if (every is { } interval)
        {
            first = DaprPeriod.Add(now, interval);
        }
        else
        {
            return "job must have either a due time or a schedule";
        }

        if (string.IsNullOrEmpty(ttl)) return null;
        if (every is null) return "job must have a schedule to have a ttl";
        if (DaprTime.TryParse(ttl, due, out DateTimeOffset end) != DaprTimeError.None) return "ttl format not recognized";
        if (end < due) return "ttl must be greater than due time";
        expires = end;
        return null;
    }

    /// <summary>The tick at the start, or null when the reminder expires before it.</summary>
    public DateTimeOffset? FirstTick => First > Expires ? null : First;

    /// <summary>The tick that follows one that was due at <paramref name="tick"/>, or null when there is none.</summary>
    /// <remarks><c>ticksDone</c>: How many ticks are behind, that one included.</remarks>
    public DateTimeOffset? After(DateTimeOffset tick, int ticksDone)
    {
        if (Every is not { } every || ticksDone >= Repeats) return null;
        DateTimeOffset next = DaprPeriod.Add(tick, every);
        return next > Expires ? null : next;
    }

    /// <summary>
    /// When a tick that failed is tried again: one second per attempt after the time the tick was due at, not after the failure,
    /// so that a late tick uses up its attempts at once. Null when they are used up.
    /// </summary>
    /// <remarks><c>attempts</c>: How often this tick was tried.</remarks>
    public static DateTimeOffset? Retry(DateTimeOffset tick, int attempts) =>
        attempts > MaxRetries ? null : tick + (RetryInterval * attempts);
}
