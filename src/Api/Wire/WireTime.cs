using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Api.Wire;

/// <summary>Times as they go over the wire: UTC, ISO 8601, milliseconds and <c>Z</c>, for example <c>2026-01-01T00:00:00.000Z</c>.</summary>
internal static class WireTime
{
    /// <summary>The form of every answer's times, in .NET's notation.</summary>
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // .NET knows seven digits of a second's fraction; clients send up to nine.
    private const int SecondsEnd = 19, FractionEnd = 27, OffsetLength = 6;

    private static readonly string[] Accepted = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:sszzz"];

    /// <summary>The text of a time.</summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The text of a time in Unix milliseconds.</summary>
    public static string Text(long unixMilliseconds) => Text(DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds));

    /// <summary>The text of a time in Unix milliseconds; null for null.</summary>
    [return: NotNullIfNotNull(nameof(unixMilliseconds))]
    public static string? TextOrNull(long? unixMilliseconds) => unixMilliseconds is { } at ? Text(at) : null;

    /// <summary>
    /// Reads a date and time with an offset or <c>Z</c> (RFC 3339). A time without an offset is refused: nobody could tell when it was.
    /// </summary>
    public static bool TryParse(string text, out DateTimeOffset at)
    {
        at = default;
        if (text.Length is <= SecondsEnd or > 40) return false;
        var zulu = text[^1] == 'Z';
        if (!zulu && text[^OffsetLength] is not ('+' or '-')) return false;
        var clock = zulu ? text[..^1] : text[..^OffsetLength];
        var offset = zulu ? "+00:00" : text[^OffsetLength..];
        if (clock[^1] == '.') return false;
        if (clock.Length > FractionEnd && clock.AsSpan(FractionEnd).ContainsAnyExceptInRange('0', '9')) return false;
        if (clock.Length > FractionEnd) clock = clock[..FractionEnd];
        return DateTimeOffset.TryParseExact(
            clock + offset, Accepted, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out at);
    }
}
