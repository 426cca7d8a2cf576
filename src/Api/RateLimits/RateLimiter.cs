using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>Counts requests and judges them. Any number of threads.</summary>
internal sealed class RateLimiter(IRateCounterStore counters, IOptions<RateLimitOptions> options, TimeProvider time)
{
    /// <summary>Counts this request; null when the rule does not apply to it or is off.</summary>
    public async ValueTask<RateLimitStatus?> CountAsync(RateLimitRule rule, HttpContext context)
    {
        var limit = rule.PerMinute(options.Value);
        if (limit == 0 || rule.Party(context) is not { } party) return null;
        var (count, resetsAt) = await counters.AddAsync(rule.Name, party, context.RequestAborted);
        return new RateLimitStatus(limit, count, resetsAt, resetsAt - time.GetUtcNow());
    }
}
