using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>Counts requests and judges them. Any number of threads.</summary>
internal sealed class RateLimiter(RateCounters counters, IOptions<RateLimitOptions> options, TimeProvider time)
{
    /// <summary>Counts this request; null when the rule does not apply to it or is off.</summary>
    public async ValueTask<RateLimitStatus?> CountAsync(RateLimitRule rule, HttpContext context)
    {
        var limit = rule.Limit(options.Value);
        if (limit == 0 || rule.Party(context) is not { } party) return null;
        var (count, resetsAt) = rule.IsExact
            ? await counters.AddToAllAsync(rule.Name, rule.Window, limit, party, context.RequestAborted)
            : counters.For(rule.Name, rule.Window, limit).Add(party);
        return new RateLimitStatus(limit, rule.Window, count, resetsAt, resetsAt - time.GetUtcNow());
    }
}
