using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dapr.Actors.Runtime;

/// <summary>
/// Times of reminders and timers as the official SDK writes and reads them: <c>0h0m5s0ms</c> with all four parts,
/// <c>@every 5s</c>, and <c>R3/PT5S</c> for periods. Empty means never.
/// </summary>
internal static partial class CallbackTimes
{
    /// <summary>What an empty text means.</summary>
    public static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;

    public static void Validate(TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Never);
        if (ttl is { } end) ArgumentOutOfRangeException.ThrowIfLessThan(end, dueTime, nameof(ttl));
    }

    /// <summary><c>26h3m4s5ms</c>; empty for a negative time.</summary>
    public static string Format(TimeSpan value) => value < TimeSpan.Zero
        ? string.Empty
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(value.Days * 24) + value.Hours}h{value.Minutes}m{value.Seconds}s{value.Milliseconds}ms");

    /// <summary>As <see cref="Format(TimeSpan)"/>, or <c>R3/P1DT2H3M4S</c> with repetitions.</summary>
    /// <exception cref="ArgumentException">A period with repetitions has milliseconds, which ISO 8601 as Dapr reads it has not.</exception>
    public static string Format(TimeSpan period, int? repetitions)
    {
        if (repetitions is not { } count) return Format(period);
        if (period.Milliseconds > 0) throw new ArgumentException("A period with repetitions must be whole seconds.", nameof(period));

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"R{count}/P");
        Append(period.Days, 'D');
        text.Append('T');
        Append(period.Hours, 'H');
        Append(period.Minutes, 'M');
        Append(period.Seconds, 'S');
        return text.ToString();

        void Append(int part, char unit)
        {
            if (part > 0) text.Append(CultureInfo.InvariantCulture, $"{part}{unit}");
        }
    }

    /// <exception cref="FormatException">Another form, such as <c>1s</c>, <c>PT1S</c> or a point in time.</exception>
    public static TimeSpan ParseTime(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Never;
        if (FullForm().Match(text) is { Success: true } full)
            return new TimeSpan(0, Part(full, "h"), Part(full, "m"), Part(full, "s"), Part(full, "ms"));
        if (EveryForm().Match(text) is { Success: true } every)
            return every.Groups["part"].Captures.Aggregate(TimeSpan.Zero, (sum, part) => sum + GoPart(part.Value));
        throw new FormatException("A time must have the form 0h0m5s0ms or @every 5s.");
    }

    /// <summary>As <see cref="ParseTime"/>, and ISO 8601 durations with or without repetitions.</summary>
    public static TimeSpan ParsePeriod(string? text)
    {
        if (text is not ['R' or 'P', ..]) return ParseTime(text);
        var iso = IsoForm().Match(text);
        if (!iso.Success) throw new FormatException("A period must have the form 0h0m5s0ms, @every 5s or R3/PT5S.");
        var days = (Part(iso, "y") * 365) + (Part(iso, "mo") * 30) + (Part(iso, "w") * 7) + Part(iso, "d");
        return new TimeSpan(days, Part(iso, "h"), Part(iso, "m"), Part(iso, "s"));
    }

    private static int Part(Match match, string name) =>
        match.Groups[name] is { Success: true } group ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    private static TimeSpan GoPart(string part)
    {
        var unit = part.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        var value = double.Parse(part.AsSpan(0, part.Length - unit.Length), CultureInfo.InvariantCulture);
        return unit switch
        {
            "h" => TimeSpan.FromHours(value),
            "m" => TimeSpan.FromMinutes(value),
            "s" => TimeSpan.FromSeconds(value),
            "ms" => TimeSpan.FromMilliseconds(value),
            "ns" => TimeSpan.FromMicroseconds(value / 1000),
            _ => TimeSpan.FromMicroseconds(value),
        };
    }

    [GeneratedRegex(@"^(?<h>\d+)h(?<m>\d+)m(?<s>\d+)s(?<ms>\d+)ms$", RegexOptions.CultureInvariant)]
    private static partial Regex FullForm();

    [GeneratedRegex(@"^@every (?<part>\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$", RegexOptions.CultureInvariant)]
    private static partial Regex EveryForm();

    [GeneratedRegex(
        @"^(R\d+/)?P((?<y>\d+)Y)?((?<mo>\d+)M)?((?<w>\d+)W)?((?<d>\d+)D)?(T((?<h>\d+)H)?((?<m>\d+)M)?((?<s>\d+)S)?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex IsoForm();
}
