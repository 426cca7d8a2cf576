using System.Globalization;
using System.Net;
using System.Text;

namespace Gateway.Agent.Transport;

/// <summary>From HTTP to <see cref="Verdict"/>, in one place.</summary>
internal static class ReplyMap
{
    private const int LongestDetail = 200;

    public static Verdict FromStatus(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => Verdict.Ok,
        HttpStatusCode.Unauthorized => Verdict.Unauthorized,
        HttpStatusCode.Forbidden => Verdict.Forbidden,
        HttpStatusCode.NotFound => Verdict.NotFound,
        HttpStatusCode.Conflict => Verdict.Conflict,
        HttpStatusCode.RequestEntityTooLarge => Verdict.TooLarge,
        HttpStatusCode.TooManyRequests => Verdict.Throttled,
        // A timeout on the way, or a redirect (a proxy in between): neither has judged the request.
        HttpStatusCode.RequestTimeout or < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError => Verdict.Unavailable,
        _ => Verdict.Rejected,
    };

    public static string Detail(HttpResponseMessage response, ErrorBody? error)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}");
        if (response.Headers.Location is { } location) text.Append(" to ").Append(location);
        if (error?.Code is { Length: > 0 } code) text.Append(' ').Append(code);
        if (error?.Message is { Length: > 0 } message) text.Append(": ").Append(message);
        return Clean(text.ToString());
    }

    /// <summary>One line of bounded length: what a server sends must not be able to forge lines of our log.</summary>
    public static string Clean(string text)
    {
        if (text.Length > LongestDetail) text = text[..LongestDetail];
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }

    /// <summary>RFC 9110, 10.2.3: seconds, or a date, which is compared with the server's own clock where it tells it.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.RetryAfter is not { } header) return null;
        TimeSpan wait = header.Delta ?? header.Date - (response.Headers.Date ?? now) ?? TimeSpan.Zero;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
