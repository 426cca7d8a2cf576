using Gateway.Api.Auth;

namespace Gateway.Api.RateLimits;

/// <summary>Whose requests are counted together, and how many a window may have.</summary>
/// <param name="Name">Keeps the counts of different rules apart.</param>
/// <param name="Party">Who makes the request; null: nobody this rule knows, and nothing is counted. Never a secret: it goes into the store.</param>
/// <param name="Window">How long a window is: whole seconds, 1 s to 1 hour. Windows begin with the clock's.</param>
/// <param name="Limit">The limit; 0: none.</param>
internal sealed record RateLimitRule(string Name, Func<HttpContext, string?> Party, TimeSpan Window, Func<RateLimitOptions, int> Limit)
{
    /// <summary>
    /// Whether the store is asked each time, so that the limit holds exactly on all replicas and over restarts: for what is rare and dear.
    /// Otherwise replicas count by themselves and tell each other (docs/decisions/0011).
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>By authenticated device.</summary>
    public static RateLimitRule Device { get; } = new(
        "device",
        static context => context.User.FindFirst(GatewayClaims.Device)?.Value,
        TimeSpan.FromMinutes(1),
        static options => options.DevicePerMinute);

    /// <summary>By authenticated customer.</summary>
    public static RateLimitRule Customer { get; } = new(
        "customer",
        static context => context.User.FindFirst(GatewayClaims.Customer)?.Value,
        TimeSpan.FromMinutes(1),
        static options => options.CustomerPerMinute);
}
