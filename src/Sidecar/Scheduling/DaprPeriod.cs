using System.Globalization;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Scheduling;

/// <summary>
/// A span as Dapr's actor API takes it (https://docs.dapr.io/reference/api/actors_api/): a Go duration, or an ISO 8601 duration of
/// whole numbers that may be preceded by repetitions (<c>R3/PT1S</c>, or <c>R3</c> alone).
/// </summary>
/// <remarks><c>Repetitions</c>: Null when none were given. Only ISO 8601 durations can have them.</remarks>
internal readonly record struct DaprPeriod(int Years, int Months, int Days, TimeSpan Time, int? Repetitions)
{
    /// <summary>As many seconds as a Go duration holds, about 292 years.</summary>
    private const long MaxSeconds = long.MaxValue / 1_000_000_000;

    private const int MaxDays = 100_000_000;

    /// <summary>True when the span has calendar parts, whose length depends on where it starts.</summary>
    public bool HasDateParts => Years != 0 || Months != 0 || Days != 0;

    public bool IsZero => !HasDateParts && Time == TimeSpan.Zero;

    /// <summary>The end of this span from <paramref name="start"/>, or the end of time where it lies beyond that.</summary>
    public DateTimeOffset AddTo(DateTimeOffset start)
    {
        try
        {
            return Add(start.AddYears(Years).AddMonths(Months).AddDays(Days), Time);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    /// <summary>Adds without leaving the calendar: clients choose both, and a negative period walks back for ever.</summary>
    public static DateTimeOffset Add(DateTimeOffset start, TimeSpan span)
    {
        if (span > DateTimeOffset.MaxValue - start) return DateTimeOffset.MaxValue;
        return span < DateTimeOffset.MinValue - start ? DateTimeOffset.MinValue : start + span;
    }

    public static bool TryParse(string text, out DaprPeriod period)
    {
        if (TryParseIso(text, out period)) return true;
        if (!GoDuration.TryParse(text, out TimeSpan time)) return false;
        period = new DaprPeriod(0, 0, 0, time, null);
        return true;
    }

    private static bool TryParseIso(ReadOnlySpan<char> text, out DaprPeriod period)
    {
        period = default;
        int? repetitions = null;
        if (text is ['R', ..])
        {
            int slash = text.IndexOf('/');
            if (!TryParseNumber(slash < 0 ? text[1..] : text[1..slash], out int count)) return false;
            repetitions = count;
            text = slash < 0 ? [] : text[(slash + 1)..];
            if (text.IsEmpty)
            {
                period = new DaprPeriod(0, 0, 0, TimeSpan.Zero, repetitions);
                return true;
            }
        }

        if (text is not ['P', _, ..]) return false;
        return TryParseParts(text[1..], repetitions, out period);
    }

    private static bool TryParseParts(ReadOnlySpan<char> text, int? repetitions, out DaprPeriod period)
    {
        period = default;
        int years = 0, months = 0, days = 0;
        long seconds = 0;
        bool inTime = false;
        while (!text.IsEmpty)
        {
            if (text[0] == 'T' && !inTime)
            {
                inTime = true;
                text = text[1..];
                continue;
            }

            int digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !TryParseNumber(text[..digits], out int number)) return false;
            switch (text[digits], inTime)
            {
                case ('Y', false): years = number; break;
                case ('M', false): months = number; break;
                case ('W', false): days = Math.Min(MaxDays, days + (number * 7)); break;
                case ('D', false): days = Math.Min(MaxDays, days + number); break;
                case ('H', true): seconds += number * 3600L; break;
                case ('M', true): seconds += number * 60L; break;
                case ('S', true): seconds += number; break;
                default: return false;
            }

            text = text[(digits + 1)..];
        }

        if (seconds > MaxSeconds) return false;
        period = new DaprPeriod(years, months, days, TimeSpan.FromSeconds(seconds), repetitions);
        return true;
    }

    /// <summary>At most eight digits: three years of seconds, and far from any overflow.</summary>
    private static bool TryParseNumber(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 8 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
