using System.Globalization;
using System.Text;
using Gateway.Bench.Load;

namespace Gateway.Bench.Report;

/// <summary>Ratios as bars: what they are held against is 1.</summary>
internal static class Picture
{
    private const int BarHeight = 18, Left = 190, Width = 720, PerUnit = 110;

    public static string Draw(string label, IEnumerable<Section> sections)
    {
        var body = new StringBuilder();
        var y = 34;
        foreach (var section in sections)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"""<text x="12" y="{y + 2}" class="h">{section.Title}</text>""");
            y += 14;
            foreach (var bar in section.Bars)
            {
                var width = Math.Clamp(bar.Ratio * PerUnit, 0, Width - Left - 150);
                var kind = bar.Name.StartsWith("floor", StringComparison.Ordinal) ? "f" : "o";
                body.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left - 8}" y="{y + 13}" text-anchor="end">{bar.Name}</text><rect x="{Left}" y="{y}" width="{width:0.#}" height="{BarHeight - 4}" class="{kind}"/><text x="{Left + width + 6:0.#}" y="{y + 13}">{bar.Ratio:0.00}  ({bar.Numbers})</text>""");
                y += BarHeight;
            }

            y += 26;
        }

        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{y}}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" role="img" aria-label="{{label}}">
            <style>text{fill:#1b2733}.h{font-weight:bold;fill:#0b4f8a}.f{fill:#b8c6d4}.o{fill:#0b6fc2}</style>
            <rect width="{{Width}}" height="{{y}}" fill="#fff"/>
            <line x1="{{Left + PerUnit}}" y1="10" x2="{{Left + PerUnit}}" y2="{{y - 10}}" stroke="#c0392b" stroke-dasharray="4 4"/>
            {{body}}</svg>

            """;
    }
}

/// <summary>Bars that are held against the same.</summary>
internal sealed record Section(string Title, IReadOnlyList<Bar> Bars);

/// <summary>One bar.</summary>
/// <param name="Name">What it is; floors begin so.</param>
/// <param name="Ratio">Its length; below zero it has none.</param>
/// <param name="Numbers">The numbers behind it.</param>
internal sealed record Bar(string Name, double Ratio, string Numbers)
{
    /// <summary>A median latency as a multiple of its floor's.</summary>
    public static Bar Of(Series row, string numbers) => new(row.Name, row.LatencyRatio, numbers);
}
