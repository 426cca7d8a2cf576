using Gateway.Api.Access;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Surfaces.Gateway.Requests;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>POST /api/v1/device/auth</c> (gateway-api.md).</summary>
internal static class AuthEndpoint
{
    /// <summary>Trades a device's secret for a session token.</summary>
    public static async Task<IResult> AuthenticateAsync(HttpContext context, DeviceAuthenticator authenticator, DeviceTokens tokens, ClientAddresses addresses)
    {
        var body = await JsonBody.ReadAsync(context, AuthRequest.Read);
        if (!body.TryGet(out var request, out var refused)) return refused;

        var result = await authenticator.AuthenticateAsync(
            request.DeviceId, request.DeviceSecret, addresses.Of(context), context.RequestAborted);
        if (RefusalOf(result) is { } refusal) return refusal;
        return await tokens.IssueAsync(request.DeviceId, request.DeviceSecret, context.RequestAborted) is { } issued
            ? Answer.Ok(new AuthAnswer(issued.Token, (long)issued.ExpiresIn.TotalSeconds, request.DeviceId), Answer.Json.AuthAnswer)
            : InvalidCredentials();
    }

    /// <summary>The answer to credentials that do not let a device in; null: they do.</summary>
    public static GatewayErrorResult? RefusalOf(DeviceAuthResult result) => result.Outcome switch
    {
        DeviceAuthOutcome.Ok => null,
        DeviceAuthOutcome.Suspended => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Device suspended"),
        DeviceAuthOutcome.Inactive => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Device inactive"),
        DeviceAuthOutcome.TooManyAttempts => GatewayErrors.Result(
            GatewayErrorCode.RateLimited, "Too many auth attempts", retryAfter: result.RetryAfter),
        DeviceAuthOutcome.Unavailable => GatewayErrors.Result(
            GatewayErrorCode.ServiceUnavailable, retryAfter: GatewayFailures.RetryAfter),
        _ => InvalidCredentials(),
    };

    private static GatewayErrorResult InvalidCredentials() =>
        GatewayErrors.Result(GatewayErrorCode.Unauthorized, "Invalid device credentials");
}
