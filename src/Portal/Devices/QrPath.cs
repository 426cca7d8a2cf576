using System.Collections;
using System.Globalization;
using System.Text;

namespace Gateway.Portal.Devices;

/// <summary>Draws the dark modules of a QR code as one SVG path: a rectangle for every run of them in a row.</summary>
internal static class QrPath
{
    /// <summary>The path; a module is one unit wide.</summary>
    public static string Of(IReadOnlyList<BitArray> modules)
    {
        var path = new StringBuilder();
        for (var y = 0; y < modules.Count; y++)
        {
            var row = modules[y];
            for (var x = 0; x < row.Length; x++)
            {
                if (!row[x]) continue;
                var start = x;
                while (x + 1 < row.Length && row[x + 1]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start + 1}v1h-{x - start + 1}z");
            }
        }

        return path.ToString();
    }
}
