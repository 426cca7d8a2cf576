using Gateway.Api.Auth;

namespace Gateway.Api.RateLimits;

/// <summary>Whose requests are counted together, and how many a minute may have.</summary>
/// <param name="Name">Keeps the counts of different rules apart.</param>
/// <param name="Party">Who makes the request; null: nobody this rule knows, and nothing is counted.</param>
/// <param name="PerMinute">The limit; 0: none.</param>
internal sealed record RateLimitRule(string Name, Func<HttpContext, string?> Party, Func<RateLimitOptions, int> PerMinute)
{
    /// <summary>By authenticated device.</summary>
    public static RateLimitRule Device { get; } =
        new("device", static context => context.User.FindFirst(GatewayClaims.Device)?.Value, static options => options.DevicePerMinute);

    /// <summary>By authenticated customer.</summary>
    public static RateLimitRule Customer { get; } =
        new("customer", static context => context.User.FindFirst(GatewayClaims.Customer)?.Value, static options => options.CustomerPerMinute);
}
