using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>
/// Reads the text format, version 0.0.4, as strictly as its documentation words it, and beyond: each metric's lines stand together, no series
/// comes twice, a counter does not fall below zero, and a histogram's buckets add up. Throws a <see cref="FormatException"/> that names the line.
/// </summary>
internal sealed partial class PrometheusParser
{
    private readonly Dictionary<string, ParsedMetric> metrics = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private ParsedMetric? current;

    public static IReadOnlyDictionary<string, ParsedMetric> Parse(string text)
    {
        var parser = new PrometheusParser();
        if (!text.EndsWith('\n')) throw new FormatException("The last line does not end with a line feed.");
        foreach (var line in text[..^1].Split('\n'))
        {
            try
            {
                parser.Read(line);
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException)
            {
                throw new FormatException($"{e.Message} in: {line}", e);
            }
        }

        foreach (var metric in parser.metrics.Values.Where(metric => metric.Type == "histogram")) CheckHistogram(metric);
        return parser.metrics;
    }

    private void Read(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal)) Begin(line[7..].Split(' ', 2)[0]).Help = Unescape(line[7..].Split(' ', 2)[1], quotes: false);
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) ReadType(line[7..].Split(' '));
        else if (!line.StartsWith('#')) ReadSample(line);
    }

    /// <summary>All lines of a metric stand together, so another one's beginning is the end of this one.</summary>
    private ParsedMetric Begin(string name)
    {
        if (current?.Name == name) return current;
        Check(MetricName().IsMatch(name), "a metric's name that is none");
        current = new ParsedMetric(name);
        Check(metrics.TryAdd(name, current), "a metric that was there before");
        return current;
    }

    private void ReadType(string[] parts)
    {
        Check(parts.Length == 2 && parts[1] is "counter" or "gauge" or "histogram" or "summary" or "untyped", "a type that is none");
        var metric = Begin(parts[0]);
        Check(metric.Type is null, "a second type");
        Check(metric.Samples.Count == 0, "a type after the samples");
        metric.Type = parts[1];
    }

    private void ReadSample(string line)
    {
        var at = 0;
        while (at < line.Length && line[at] is not ('{' or ' ')) at++;
        var name = line[..at];
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (at < line.Length && line[at] == '{') at = ReadLabels(line, at + 1, labels);
        Check(at < line.Length && line[at] == ' ', "no value");
        var value = Number(line[(at + 1)..]);
        var metric = current ?? throw new FormatException("A sample without a metric");
        var suffix = name.StartsWith(metric.Name, StringComparison.Ordinal) ? name[metric.Name.Length..] : throw new FormatException("A sample of another metric");
        Check(metric.Type == "histogram" ? suffix is "_bucket" or "_sum" or "_count" : suffix == "", "a suffix that the type does not have");
        Check(metric.Type != "counter" || value >= 0, "a negative counter");
        Check(seen.Add($"{name}|{string.Join('|', labels)}"), "a series that was there before");
        metric.Samples.Add(new ParsedSample(suffix, labels, value));
    }

    private static int ReadLabels(string line, int at, SortedDictionary<string, string> labels)
    {
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            var name = line[at..equals];
            Check(LabelName().IsMatch(name), "a label's name that is none");
            Check(line[equals + 1] == '"', "a label's value without quotes");
            var end = equals + 2;
            while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
            Check(labels.TryAdd(name, Unescape(line[(equals + 2)..end], quotes: true)), "a label that was there before");
            at = end + 1;
            if (line[at] == ',') at++;
            else Check(line[at] == '}', "no comma between labels");
        }

        return at + 1;
    }

    private static string Unescape(string text, bool quotes)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            result.Append(text[i] switch
            {
                '\\' => '\\',
                'n' => '\n',
                '"' when quotes => '"',
                _ => throw new FormatException("An escape that is none"),
            });
        }

        return result.ToString();
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
    };

    private static void CheckHistogram(ParsedMetric metric)
    {
        foreach (var series in metric.Samples.GroupBy(sample => string.Join('|', sample.Labels.Where(label => label.Key != "le"))))
        {
            var buckets = series.Where(sample => sample.Suffix == "_bucket").ToList();
            var bounds = buckets.ConvertAll(bucket => Number(bucket.Labels["le"]));
            var name = $"{metric.Name}{{{series.Key}}}";
            Check(bounds.SequenceEqual(bounds.Order().Distinct()), $"bounds out of order in {name}");
            Check(buckets.Select(bucket => bucket.Value).SequenceEqual(buckets.Select(bucket => bucket.Value).Order()), $"buckets that fall in {name}");
            Check(double.IsPositiveInfinity(bounds[^1]), $"no last bucket in {name}");
            Check(series.Single(sample => sample.Suffix == "_count").Value.Equals(buckets[^1].Value), $"a count that is not the last bucket's in {name}");
            Check(series.Count(sample => sample.Suffix == "_sum") == 1, $"no sum in {name}");
        }
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds) throw new FormatException(otherwise);
    }

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex MetricName();

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$")]
    private static partial Regex LabelName();
}

/// <summary>A metric as it was read.</summary>
internal sealed class ParsedMetric(string name)
{
    public string Name => name;

    public string? Help { get; set; }

    public string? Type { get; set; }

    public List<ParsedSample> Samples { get; } = [];

    /// <summary>The value of the one series whose labels include these.</summary>
    public double Value(string suffix, params (string Name, string Value)[] labels) => Samples.Single(sample =>
        sample.Suffix == suffix && labels.All(label => sample.Labels.TryGetValue(label.Name, out var value) && value == label.Value)).Value;
}

/// <summary>A line with a value.</summary>
internal sealed record ParsedSample(string Suffix, IReadOnlyDictionary<string, string> Labels, double Value);
