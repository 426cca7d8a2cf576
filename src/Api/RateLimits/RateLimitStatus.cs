using System.Globalization;

namespace Gateway.Api.RateLimits;

/// <summary>Where a party stands after one request.</summary>
/// <param name="Limit">Requests per window.</param>
/// <param name="Window">How long a window is.</param>
/// <param name="Count">Requests in this window, this one included.</param>
/// <param name="ResetsAt">When the window ends, on a whole second.</param>
/// <param name="RetryAfter">How long until then.</param>
internal sealed record RateLimitStatus(int Limit, TimeSpan Window, long Count, DateTimeOffset ResetsAt, TimeSpan RetryAfter)
{
    /// <summary>Whether this request is one too many.</summary>
    public bool IsExceeded => Count > Limit;

    /// <summary>How many more there may be in this window.</summary>
    public long Remaining => Math.Max(0, Limit - Count);

    /// <summary>Writes <c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c> (Unix seconds).</summary>
    public void WriteTo(IHeaderDictionary headers)
    {
        headers["X-RateLimit-Limit"] = Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = ResetsAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }
}
