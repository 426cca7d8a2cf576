using System.Globalization;
using System.Text;

namespace Gateway.Sidecar.Scheduling;

/// <summary>Durations as Go writes them: <c>1h0m0s</c>, <c>1.5s</c>, <c>500ms</c>, <c>0s</c> (https://pkg.go.dev/time#Duration.String).</summary>
internal static class GoDurationText
{
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        string sign = duration < TimeSpan.Zero ? "-" : "";
        TimeSpan size = duration.Duration();
        if (size < TimeSpan.FromMilliseconds(1)) return $"{sign}{Number(size.Ticks, TimeSpan.TicksPerMicrosecond)}µs";
        if (size < TimeSpan.FromSeconds(1)) return $"{sign}{Number(size.Ticks, TimeSpan.TicksPerMillisecond)}ms";

        var text = new StringBuilder(sign);
        long hours = size.Ticks / TimeSpan.TicksPerHour;
        if (hours > 0) text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (size.Ticks >= TimeSpan.TicksPerMinute) text.Append(CultureInfo.InvariantCulture, $"{size.Minutes}m");
        return text.Append(Number(size.Ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond)).Append('s').ToString();
    }

    private static string Number(long ticks, long unit) => ((decimal)ticks / unit).ToString("0.#######", CultureInfo.InvariantCulture);
}
