using System.Globalization;

namespace Gateway.Sidecar.Hosting;

/// <summary>Sizes as <c>--max-body-size</c> takes them: a number with an optional unit (<c>4Mi</c>, <c>16Ki</c>, <c>1M</c>).</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        (string unit, long factor) = Units.First(candidate => text.EndsWith(candidate.Unit, StringComparison.Ordinal));
        bool good = long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number is > 0 and < 1L << 31;
        bytes = number * factor;
        return good;
    }
}
