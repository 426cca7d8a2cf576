using System.Globalization;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Scheduling;

/// <summary>When an actor timer fires. A pure value: no clock. Differs from <see cref="ReminderSchedule"/> in many small ways.</summary>
/// <remarks>
/// Without a due time the first tick is now; a period of zero means once; zero repetitions are an error; calendar periods are
/// understood; ttl counts from the due time and excludes its end.
/// </remarks>
internal sealed record TimerSchedule(DateTimeOffset First, DaprPeriod? Period, DateTimeOffset? Expires)
{
    /// <summary>The schedule, or null and the text that Dapr answers with.</summary>
    /// <remarks><c>key</c>: <c>type||id||name</c>, for the text.</remarks>
    public static TimerSchedule? TryCreate(
        string key, string? dueTime, string? period, string? ttl, DateTimeOffset now, out string? error)
    {
        error = null;
        DateTimeOffset due = now;
        if (!string.IsNullOrEmpty(dueTime) && Describe(DaprTime.TryParse(dueTime, now, out due), dueTime) is { } badDueTime)
        {
            error = $"error parsing timer due time: {badDueTime}";
            return null;
        }

        DaprPeriod? every = null;
        if (!string.IsNullOrEmpty(period))
        {
            if (!DaprPeriod.TryParse(period, out DaprPeriod parsed)) error = $"invalid timer period: parse error: unsupported duration format: {period}";
            else if (parsed.Repetitions == 0) error = "invalid timer period: has zero repetitions";
            if (error is not null) return null;
            every = parsed.IsZero ? null : parsed;
        }

        DateTimeOffset? expires = null;
        if (!string.IsNullOrEmpty(ttl))
        {
            if (Describe(DaprTime.TryParse(ttl, due, out DateTimeOffset end), ttl) is { } badTtl) error = $"error parsing timer TTL: {badTtl}";
            else if (end < due || end < now) error = string.Create(CultureInfo.InvariantCulture, $"timer {key} has already expired: dueTime: {due:yyyy-MM-dd HH:mm:ss.FFFFFFF} +0000 UTC TTL: {ttl}");
            if (error is not null) return null;
            expires = end;
        }

        return new TimerSchedule(due, every, expires);
    }

    /// <summary>The tick at the start, or null when the timer expires with it.</summary>
    public DateTimeOffset? FirstTick => Within(First);

    /// <summary>The tick that follows one that was due at <paramref name="tick"/>, or null when there is none.</summary>
    /// <remarks><c>ticksDone</c>: How many ticks are behind, that one included.</remarks>
    public DateTimeOffset? After(DateTimeOffset tick, int ticksDone) =>
        Period is not { } period || ticksDone >= period.Repetitions ? null : Within(period.AddTo(tick));

    private DateTimeOffset? Within(DateTimeOffset tick) => tick >= Expires ? null : tick;

    private static string? Describe(DaprTimeError error, string text) => error switch
    {
        DaprTimeError.Format => $"unsupported time/duration format: {text}",
        DaprTimeError.Repetitions => "repetitions are not allowed",
        _ => null,
    };
}
