using System.Buffers;
using System.Globalization;

namespace Gateway.Sidecar.Components;

/// <summary>Durations as Go reads them: <c>1h30m</c>, <c>1.5s</c>, <c>-200ms</c>, <c>0</c> (https://pkg.go.dev/time#ParseDuration).</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+')) rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;

        double ticks = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return false;
            rest = rest[digits..];
            int unitLength = rest.IndexOfAny(NumberCharacters) is >= 0 and var next ? next : rest.Length;
            double unit = rest[..unitLength] switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
                "ns" => TimeSpan.TicksPerMicrosecond / 1000d,
                _ => double.NaN,
            };
            if (double.IsNaN(unit)) return false;
            ticks += number * unit;
            rest = rest[unitLength..];
        }

        // Go's durations hold 292 years.
        if (ticks > long.MaxValue / 100d) return false;
        duration = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }
}
