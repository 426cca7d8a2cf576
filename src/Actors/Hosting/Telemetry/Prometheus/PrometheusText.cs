using System.Globalization;
using System.Text;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary>Writes Prometheus's text format, version 0.0.4 ("Exposition formats" in its documentation).</summary>
internal sealed class PrometheusText
{
    /// <summary>How an answer in it is called.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new(16 * 1024);

    /// <summary>The head of a metric; its samples follow.</summary>
    public void Head(string name, string? description, MetricType type)
    {
        if (!string.IsNullOrEmpty(description))
            text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type switch
        {
            MetricType.Counter => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        }).Append('\n');
    }

    /// <summary>One line with a value.</summary>
    /// <param name="name">The metric.</param>
    /// <param name="suffix">What comes after its name, for example <c>_sum</c>.</param>
    /// <param name="labels">As <see cref="PrometheusLabels.Text"/> makes them.</param>
    /// <param name="value">The value.</param>
    public void Sample(string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>A number as Go reads it: the shortest text that means exactly this value.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    public override string ToString() => text.ToString();
}
