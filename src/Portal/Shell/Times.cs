using System.Globalization;

namespace Gateway.Portal.Shell;

/// <summary>Times in words.</summary>
internal static class Times
{
    /// <summary>How long ago something was or how soon it will be, to one unit.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = now - at;
        var words = distance.Duration() switch
        {
            { TotalSeconds: < 5 } => null,
            { TotalSeconds: < 60 } span => Text(span.TotalSeconds, "s"),
            { TotalMinutes: < 60 } span => Text(span.TotalMinutes, "min"),
            { TotalHours: < 48 } span => Text(span.TotalHours, "h"),
            var span => Text(span.TotalDays, "days"),
        };
        return words is null ? "just now" : distance > TimeSpan.Zero ? $"{words} ago" : $"in {words}";
    }

    /// <summary>A duration in milliseconds, short.</summary>
    public static string Short(double milliseconds) => milliseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:0.#} min"),
    };

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}
