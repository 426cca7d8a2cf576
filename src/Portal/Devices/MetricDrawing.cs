using System.Globalization;
using System.Text;

namespace Gateway.Portal.Devices;

/// <summary>A metric over time as SVG paths and in words: 120 wide and 32 high. Where heartbeats failed to come, so does the line.</summary>
/// <param name="Line">The samples.</param>
/// <param name="Area">What is below them; empty: there is only one sample.</param>
/// <param name="Description">The same in words.</param>
internal sealed record MetricDrawing(string Line, string Area, string Description)
{
    /// <summary>A device that is silent for longer is offline (DESIGN, "Presence").</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(90);

    private const double Width = 120, Height = 32, Inset = 2;

    /// <summary>Draws.</summary>
    /// <param name="kind">The metric.</param>
    /// <param name="samples">At least one, the oldest first.</param>
    public static MetricDrawing Of(MetricKind kind, IReadOnlyList<MetricSample> samples)
    {
        var (lowest, highest) = (samples.Min(sample => sample.Value), samples.Max(sample => sample.Value));
        // Without a scale of its own the highest sample stands at four fifths.
        var max = kind.Max ?? highest * 1.25;
        if (samples.Count == 1) return new MetricDrawing(string.Create(CultureInfo.InvariantCulture, $"M0 {Y(samples[0])}H120"), "", $"{kind.Label}: {kind.Text(lowest)}");

        var span = (samples[^1].At - samples[0].At).TotalSeconds;
        var (line, area, gaps) = (new StringBuilder(), new StringBuilder(), 0);
        for (var i = 0; i < samples.Count;)
        {
            var first = i;
            line.Append(CultureInfo.InvariantCulture, $"M{X(i)} {Y(samples[i])}");
            area.Append(CultureInfo.InvariantCulture, $"M{X(i)} 32L{X(i)} {Y(samples[i])}");
            for (i++; i < samples.Count && samples[i].At - samples[i - 1].At <= Gap; i++)
            {
                line.Append(CultureInfo.InvariantCulture, $"L{X(i)} {Y(samples[i])}");
                area.Append(CultureInfo.InvariantCulture, $"L{X(i)} {Y(samples[i])}");
            }

            // One by itself is a dot.
            if (i == first + 1) line.Append("h0");
            area.Append(CultureInfo.InvariantCulture, $"L{X(i - 1)} 32Z");
            if (i < samples.Count) gaps++;
        }

        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{kind.Label}: now {kind.Text(samples[^1].Value)}; lowest {kind.Text(lowest)}, highest {kind.Text(highest)} of the last {samples.Count} heartbeats in {MetricKind.Duration(span)}");
        return new MetricDrawing(
            line.ToString(), area.ToString(),
            gaps == 0 ? words : string.Create(CultureInfo.InvariantCulture, $"{words}, silent {(gaps == 1 ? "once" : $"{gaps} times")} in between"));

        // Heartbeats of one moment stand side by side.
        string X(int i) => Text(span > 0 ? (samples[i].At - samples[0].At).TotalSeconds / span * Width : i * Width / (samples.Count - 1));

        string Y(MetricSample sample)
        {
            var share = max <= 0 ? 0 : Math.Clamp(sample.Value / max, 0, 1);
            return Text(Height - Inset - (share * (Height - (2 * Inset))));
        }
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
