using System.Globalization;
using System.Text;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>The labels of a series, as they stand between the braces of its line.</summary>
internal static class PrometheusLabels
{
    /// <summary>The labels of what comes beyond the limit of an instrument (OpenTelemetry, "Metrics SDK", cardinality limits).</summary>
    public const string Overflow = "otel_metric_overflow=\"true\"";

    /// <summary>
    /// <c>a="1",b="2"</c>, by name. Attributes whose names become the same share a label: their values are joined with <c>;</c> in the order of
    /// the attributes' names. One without a value is none.
    /// </summary>
    public static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var sorted = tags.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        foreach (var (key, value) in sorted)
        {
            if (value is null) continue;
            var name = PrometheusName.Label(key);
            var text = ValueText(value);
            labels[name] = labels.TryGetValue(name, out var before) ? $"{before};{text}" : text;
        }

        var result = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            if (result.Length > 0) result.Append(',');
            result.Append(name).Append("=\"");
            AppendEscaped(result, value);
            result.Append('"');
        }

        return result.ToString();
    }

    private static string ValueText(object value) => value switch
    {
        bool yes => yes ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static void AppendEscaped(StringBuilder to, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => to.Append(@"\\"),
                '"' => to.Append("\\\""),
                '\n' => to.Append(@"\n"),
                _ => to.Append(c),
            };
        }
    }
}
