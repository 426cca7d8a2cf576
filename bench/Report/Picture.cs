using System.Globalization;
using System.Text;
using Gateway.Bench.Load;

namespace Gateway.Bench.Report;

/// <summary>The ratios as bars: the save floor is 1.</summary>
internal static class Picture
{
    private const int BarHeight = 18, Left = 190, Width = 720, PerUnit = 110;

    public static string Draw(IReadOnlyList<Series> rows)
    {
        var body = new StringBuilder();
        var y = 34;
        foreach (var group in rows.GroupBy(row => row.Clients))
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"""<text x="12" y="{y + 2}" class="h">{(group.Key == 1 ? "1 client" : $"{group.Key} clients")}: median latency, one etag save = 1</text>""");
            y += 14;
            foreach (var row in group)
            {
                var width = Math.Min(Width - Left - 150, row.LatencyRatio * PerUnit);
                var kind = row.Name.StartsWith("floor", StringComparison.Ordinal) ? "f" : "o";
                body.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left - 8}" y="{y + 13}" text-anchor="end">{row.Name}</text><rect x="{Left}" y="{y}" width="{width:0.#}" height="{BarHeight - 4}" class="{kind}"/><text x="{Left + width + 6:0.#}" y="{y + 13}">{row.LatencyRatio:0.00}  ({row.P50:0.00} ms, {row.PerSecond:#,0}/s)</text>""");
                y += BarHeight;
            }

            y += 26;
        }

        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{y}}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" role="img" aria-label="Latency of each operation as a multiple of one etag save">
            <style>text{fill:#1b2733}.h{font-weight:bold;fill:#0b4f8a}.f{fill:#b8c6d4}.o{fill:#0b6fc2}</style>
            <rect width="{{Width}}" height="{{y}}" fill="#fff"/>
            <line x1="{{Left + PerUnit}}" y1="10" x2="{{Left + PerUnit}}" y2="{{y - 10}}" stroke="#c0392b" stroke-dasharray="4 4"/>
            {{body}}</svg>

            """;
    }
}
