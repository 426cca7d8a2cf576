using System.Globalization;

namespace Gateway.Sidecar.State;

/// <summary>Whole numbers as Go's <c>strconv</c> reads them, with its errors.</summary>
internal static class GoInteger
{
    /// <summary>False and Go's error, in the name of its <paramref name="function"/>, when it is none of 64 bits.</summary>
    public static bool TryParse(string text, string function, out long number, out string error)
    {
        error = "";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return true;
        bool digitsOnly = text.AsSpan().TrimStart("+-") is { IsEmpty: false } digits && !digits.ContainsAnyExceptInRange('0', '9');
        string quoted = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        error = $"strconv.{function}: parsing \"{quoted}\": {(digitsOnly ? "value out of range" : "invalid syntax")}";
        return false;
    }
}
