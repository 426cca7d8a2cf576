using System.Globalization;

namespace Gateway.Sidecar.Scheduling;

/// <summary>What a due time or ttl can be wrong about; each caller has its own words for it.</summary>
internal enum DaprTimeError
{
    None,
    Format,
    Repetitions,
}

/// <summary>A point in time as Dapr's actor API takes it: a span from some start (see <see cref="DaprPeriod"/>) or RFC 3339.</summary>
internal static class DaprTime
{
    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static DaprTimeError TryParse(string text, DateTimeOffset start, out DateTimeOffset time)
    {
        time = default;
        if (DaprPeriod.TryParse(text, out DaprPeriod span))
        {
            if (span.Repetitions is not null) return DaprTimeError.Repetitions;
            time = span.AddTo(start);
            return DaprTimeError.None;
        }

        bool parsed = DateTimeOffset.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
        return parsed ? DaprTimeError.None : DaprTimeError.Format;
    }
}
