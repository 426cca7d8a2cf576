using System.Collections.Frozen;
using System.Text;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>
/// Names as Prometheus wants them, made from OpenTelemetry's (OpenTelemetry, "Prometheus and OpenMetrics Compatibility", metric metadata and
/// metric attributes): <c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>.
/// </summary>
internal static class PrometheusName
{
    /// <summary>UCUM's units and Prometheus's words.</summary>
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>
    {
        ["d"] = "days",
        ["h"] = "hours",
        ["min"] = "minutes",
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes",
        ["TiBy"] = "tibibytes",
        ["KBy"] = "kilobytes",
        ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes",
        ["TBy"] = "terabytes",
        ["m"] = "meters",
        ["V"] = "volts",
        ["A"] = "amperes",
        ["J"] = "joules",
        ["W"] = "watts",
        ["g"] = "grams",
        ["Cel"] = "celsius",
        ["Hz"] = "hertz",
        ["%"] = "percent",
        ["1"] = "",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> PerUnits = new Dictionary<string, string>
    {
        ["s"] = "second",
        ["m"] = "minute",
        ["h"] = "hour",
        ["d"] = "day",
        ["w"] = "week",
        ["mo"] = "month",
        ["y"] = "year",
    }.ToFrozenDictionary();

    /// <summary>The name of a metric. The unit comes after it, and <c>_total</c> after all when it is a counter; neither twice.</summary>
    public static string Metric(string name, string? unit, MetricType type)
    {
        var result = Sanitize(name, isMetric: true);
        if (type == MetricType.Counter) result = WithoutSuffix(result, "_total");
        var suffix = type == MetricType.Gauge && unit == "1" ? "ratio" : Unit(unit);
        if (suffix.Length > 0 && result != suffix && !result.EndsWith("_" + suffix, StringComparison.Ordinal)) result += "_" + suffix;
        return type == MetricType.Counter ? result + "_total" : result;
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string key) => Sanitize(key, isMetric: false);

    /// <summary>What a name ends with for its unit; empty: nothing.</summary>
    private static string Unit(string? unit)
    {
        if (unit is null) return "";
        var parts = WithoutAnnotations(unit).Split('/', 2);
        var counted = Units.GetValueOrDefault(parts[0], parts[0]);
        if (parts.Length == 1) return Word(counted);
        var per = Word(PerUnits.GetValueOrDefault(parts[1], parts[1]));
        return per.Length == 0 ? Word(counted) : Word(counted).Length == 0 ? $"per_{per}" : $"{Word(counted)}_per_{per}";
    }

    private static string Word(string unit) => unit.Length == 0 ? "" : Sanitize(unit, isMetric: false).Trim('_');

    /// <summary>What stands in braces says what is counted; it is no unit.</summary>
    private static string WithoutAnnotations(string unit)
    {
        var result = new StringBuilder();
        var depth = 0;
        foreach (var c in unit)
        {
            if (c == '{') depth++;
            else if (c == '}') depth = Math.Max(0, depth - 1);
            else if (depth == 0) result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>Letters, digits and single underscores, not beginning with a digit. Metrics may have colons.</summary>
    private static string Sanitize(string name, bool isMetric)
    {
        var result = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var isTaken = char.IsAsciiLetterOrDigit(c) || (isMetric && c == ':');
            if (result.Length == 0 && char.IsAsciiDigit(c)) result.Append('_');
            if (isTaken) result.Append(c);
            else if (result.Length == 0 || result[^1] != '_') result.Append('_');
        }

        return result.Length == 0 ? "_" : result.ToString();
    }

    private static string WithoutSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) && name.Length > suffix.Length ? name[..^suffix.Length] : name;
}
