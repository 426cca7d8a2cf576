using System.Globalization;

namespace Gateway.Portal.Api;

/// <summary>
/// What is left of the requests that an operator's token has in a minute (docs/orchestrator-surface.md, "limits"), as the answers' headers say. What a
/// page does by itself keeps off the last tenth, and what a run of commands does also off what looking needs until the minute is over: so
/// a press on a button, an emergency above all, goes through. Thread-safe.
/// </summary>
internal sealed class RequestBudget(TimeProvider time)
{
    private readonly Lock gate = new();
    private int limit = int.MaxValue, remaining = int.MaxValue;
    private DateTimeOffset resetsAt, refusedUntil;

    /// <summary>What looking may cost in a minute, in requests: two fifths.</summary>
    public int LooksPerMinute
    {
        get { lock (gate) return Math.Max(1, limit / 5 * 2); }
    }

    /// <summary>How long a look at the state of things has to wait.</summary>
    public TimeSpan BeforeLooking() => Before(static _ => 0);

    /// <summary>How long a run has to wait before its next request, which counts as made when there is no wait.</summary>
    public TimeSpan BeforeRunning()
    {
        lock (gate)
        {
            var wait = Before(left => (int)Math.Ceiling(LooksPerMinute * left.TotalMinutes));
            if (wait == TimeSpan.Zero && remaining != int.MaxValue) remaining--;
            return wait;
        }
    }

    /// <summary>Learns from an answer.</summary>
    public void Note(HttpResponseMessage response)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
                refusedUntil = now + (response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(5));
            if (Number(response, "X-RateLimit-Limit") is not { } most
                || Number(response, "X-RateLimit-Remaining") is not { } left
                || Number(response, "X-RateLimit-Reset") is not { } end) return;
            var ends = DateTimeOffset.FromUnixTimeSeconds(end);
            // Answers may overtake each other: within a minute it only gets less.
            remaining = ends == resetsAt ? Math.Min(remaining, (int)left) : (int)left;
            (limit, resetsAt) = ((int)most, ends);
        }
    }

    private TimeSpan Before(Func<TimeSpan, int> kept)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (refusedUntil > now) return refusedUntil - now;
            if (remaining == int.MaxValue || resetsAt <= now) return TimeSpan.Zero;
            var left = resetsAt - now;
            return remaining > (limit / 10) + kept(left) ? TimeSpan.Zero : left;
        }
    }

    private static long? Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue * 4L
            ? number
            : null;
}
