using Gateway.Api.Access;
using Gateway.Api.RateLimits;

namespace Gateway.Api.Surfaces.Orchestrator.Access;

/// <summary>The surface's limits (orchestrator-api.md, "Rate Limiting").</summary>
internal static class OrchestratorLimits
{
    /// <summary>Whoever shows the admin's token: 100 a minute.</summary>
    public static RateLimitRule Token { get; } = new(
        "orchestrator", static _ => AdminAccess.Actor, TimeSpan.FromMinutes(1), static options => options.OrchestratorPerMinute);

    /// <summary>Whoever shows no token, or a wrong one, by address: 10 a minute. Through the sidecar all come from one.</summary>
    public static RateLimitRule Address { get; } = new(
        "orchestrator-anonymous",
        static context => context.RequestServices.GetRequiredService<ClientAddresses>().Of(context)?.ToString() ?? "sidecar",
        TimeSpan.FromMinutes(1),
        static options => options.OrchestratorAnonymousPerMinute);

    /// <summary>Emergency actions: 5 in 10 minutes, on all replicas together.</summary>
    public static RateLimitRule Emergency { get; } = new(
        "orchestrator-emergency", static _ => AdminAccess.Actor, TimeSpan.FromMinutes(10), static options => options.OrchestratorEmergencyPerTenMinutes)
    {
        IsExact = true,
    };
}
