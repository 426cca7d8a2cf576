using Gateway.Sidecar.Components;
using NCrontab;

namespace Gateway.Sidecar.Scheduling;

/// <summary>
/// When something recurs, as Dapr writes it: five fields of cron, or six with the second first, <c>@every 1h30m</c>, <c>@daily</c> and the
/// like, after an optional <c>TZ=Europe/Berlin</c> (https://docs.dapr.io/reference/components-reference/supported-bindings/cron/#schedule-format).
/// </summary>
internal sealed class CronSchedule
{
    private const int SearchYears = 5;

    private static readonly CrontabSchedule.ParseOptions WithSeconds = new() { IncludingSeconds = true };
    private readonly TimeSpan every;
    private readonly IReadOnlyList<CrontabSchedule> either;
    private readonly TimeZoneInfo zone;

    private CronSchedule(TimeSpan every, IReadOnlyList<CrontabSchedule> either, TimeZoneInfo zone)
    {
        this.every = every;
        this.either = either;
        this.zone = zone;
    }

    /// <summary>The interval of <c>@every</c>, which may be nothing or negative; null for other schedules.</summary>
    public TimeSpan? Every => either.Count == 0 ? every : null;

    /// <summary>The schedule, or null and what is wrong with the text.</summary>
    /// <param name="text">The schedule.</param>
    /// <param name="zone">The time zone of texts that name none.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="withSeconds">Whether cron must have the second, as jobs must.</param>
    public static CronSchedule? TryParse(string text, TimeZoneInfo zone, out string error, bool withSeconds = false)
    {
        error = "";
        text = text.Trim();
        foreach (string prefix in (string[])["TZ=", "CRON_TZ="])
        {
            if (!text.StartsWith(prefix, StringComparison.Ordinal)) continue;
            string[] parts = text[prefix.Length..].Split(' ', 2);
            if (parts.Length < 2 || !TimeZoneInfo.TryFindSystemTimeZoneById(parts[0], out TimeZoneInfo? named))
            {
                error = $"provided bad location {parts[0]}";
                return null;
            }

            (text, zone) = (parts[1].Trim(), named);
        }

        const string interval = "@every ";
        if (text.StartsWith(interval, StringComparison.Ordinal))
        {
            string duration = text[interval.Length..];
            if (GoDuration.TryParse(duration, out TimeSpan every)) return new CronSchedule(every, [], zone);
            error = $"failed to parse duration {duration}";
            return null;
        }

        string? fields = text switch
        {
            "@yearly" or "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" or "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            _ when text.StartsWith('@') => null,
            _ => text,
        };
        if (fields is null)
        {
            error = $"unrecognized descriptor: {text}";
            return null;
        }

        return Parse(fields.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), withSeconds, out error) is { } either ? new CronSchedule(default, either, zone) : null;
    }

    /// <summary>The first time after a moment; null when there is none within five years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (either.Count == 0) return DaprPeriod.Add(after, every);
        TimeSpan offset = zone.GetUtcOffset(after);
        DateTimeOffset? next = Next(after, offset);
        if (next is null || zone.GetUtcOffset(next.Value) == offset) return next;

        // The clocks are changed in between: what comes after that is told by the new time.
        DateTimeOffset old = after, change = next.Value;
        while (change - old > TimeSpan.FromSeconds(1))
        {
            DateTimeOffset middle = old + ((change - old) / 2);
            if (zone.GetUtcOffset(middle) == offset) old = middle;
            else change = middle;
        }

        return Next(change.AddSeconds(-1), zone.GetUtcOffset(change));
    }

    private DateTimeOffset? Next(DateTimeOffset after, TimeSpan offset)
    {
        DateTime local = after.ToOffset(offset).DateTime, end = local.AddYears(SearchYears);
        DateTime next = either.Min(schedule => schedule.GetNextOccurrence(local, end));
        return next < end ? new DateTimeOffset(next, offset) : null;
    }

    /// <summary>One schedule, or two of which either will do.</summary>
    private static CrontabSchedule[]? Parse(string[] fields, bool withSeconds, out string error)
    {
        error = "";
        if (fields.Length != 6 && (withSeconds || fields.Length != 5))
        {
            error = $"expected {(withSeconds ? "exactly 6" : "5 to 6")} fields, found {fields.Length}: [{string.Join(' ', fields)}]";
            return null;
        }

        if (fields.Length == 5) fields = ["0", .. fields];
        for (int i = 0; i < fields.Length; i++) fields[i] = fields[i].Replace('?', '*');
        try
        {
            // Where both the day of the month and that of the week are limited, a day that fits one of them will do.
            return IsAny(fields[3]) || IsAny(fields[5])
                ? [CrontabSchedule.Parse(string.Join(' ', fields), WithSeconds)]
                : [
                    CrontabSchedule.Parse(string.Join(' ', [.. fields[..5], "*"]), WithSeconds),
                    CrontabSchedule.Parse(string.Join(' ', [.. fields[..3], "*", .. fields[4..]]), WithSeconds),
                ];
        }
        catch (CrontabException problem)
        {
            error = problem.Message;
            return null;
        }
    }

    private static bool IsAny(string field) => field.Split(',').Any(part => part is "*" or "*/1");
}
