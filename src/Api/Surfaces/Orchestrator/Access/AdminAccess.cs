using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Orchestrator.Errors;

namespace Gateway.Api.Surfaces.Orchestrator.Access;

/// <summary>
/// <c>Authorization: Bearer &lt;ORCH_ADMIN_TOKEN&gt;</c> on endpoints (orchestrator-api.md, "Authentication"), and the limits by who asks: the admin by
/// the token, everybody else by address, so that nobody can try tokens without end.
/// </summary>
internal static class AdminAccess
{
    /// <summary>The admin, in events, the audit log and rate limits.</summary>
    public const string Actor = "orchestrator:admin";

    private const string Bearer = "Bearer";

    /// <summary>Lets only the admin in, within the limits.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        // Around the endpoint, as the limits of RateLimitEndpoints: an unreadable body must not come first.
        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } next) endpoint.RequestDelegate = context => AdmitAsync(context, next);
        });
        return builder;
    }

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var refused = Refusal(context);
        var rule = refused is null ? OrchestratorLimits.Token : OrchestratorLimits.Address;
        if (await RateLimitEndpoints.CountAsync(context, rule) is { IsExceeded: true } status)
            await OrchestratorErrors.TooMany(status).ExecuteAsync(context);
        else if (refused is not null) await refused.ExecuteAsync(context);
        else await next(context);
    }

    private static OrchestratorErrorResult? Refusal(HttpContext context)
    {
        var tokens = context.RequestServices.GetRequiredService<OrchestratorTokens>();
        if (!tokens.HasAdmin)
            return OrchestratorErrors.Result(OrchestratorErrorCode.ServiceUnavailable, message: "The orchestrator is not configured on this server");
        var headers = context.Request.Headers.Authorization;
        if (headers.Count == 0) return OrchestratorErrors.Result(OrchestratorErrorCode.TokenMissing, Hint("Add the header Authorization: Bearer <token>"));
        var parts = headers.Count == 1 ? headers[0]!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        if (parts is not [var scheme, var token] || !scheme.Equals(Bearer, StringComparison.OrdinalIgnoreCase))
            return OrchestratorErrors.Result(OrchestratorErrorCode.TokenFormat, Hint("Use the form Authorization: Bearer <token>, once"));
        return tokens.IsAdmin(token)
            ? null
            : OrchestratorErrors.Result(OrchestratorErrorCode.InvalidToken, Hint($"Check your {OrchestratorTokenOptions.AdminName} environment variable"));
    }

    private static Dictionary<string, object?> Hint(string text) => new() { ["hint"] = text };
}
