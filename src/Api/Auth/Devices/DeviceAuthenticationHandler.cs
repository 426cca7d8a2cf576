using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Auth.Devices;

/// <summary>
/// The scheme "Device": header <c>X-Device-Token</c> to a principal with the claims <see cref="GatewayClaims.Device"/> and
/// <see cref="GatewayClaims.Owner"/>. It answers 401, or 503 when the store cannot tell: a device that got a 401 then would
/// throw a good token away.
/// </summary>
internal sealed class DeviceAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    DeviceTokens tokens) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The header (gateway-api.md, "Authentication Headers").</summary>
    public const string Header = "X-Device-Token";

    private static readonly TimeSpan StoreRetryAfter = TimeSpan.FromSeconds(2);

    // One handler serves one request; the challenge answers for what was found here.
    private bool hasToken;
    private bool unavailable;

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var headers = Request.Headers[Header];
        if (headers.Count == 0 || string.IsNullOrEmpty(headers[0])) return AuthenticateResult.NoResult();

        hasToken = true;
        DeviceTokenRecord? record;
        try
        {
            // Two headers leave open which one counts: neither.
            record = headers.Count == 1 ? await tokens.VerifyAsync(headers[0]!, Context.RequestAborted) : null;
        }
        catch (StorageUnavailableException problem)
        {
            unavailable = true;
            DeviceAuthLog.StoreUnavailable(Logger, problem);
            return AuthenticateResult.Fail("The store does not answer.");
        }

        if (record is null) return AuthenticateResult.Fail("No good token.");
        var identity = new ClaimsIdentity(
            [
                new Claim(GatewayClaims.Device, record.DeviceId),
                new Claim(GatewayClaims.Owner, record.OwnerId),
                new Claim(GatewayClaims.Expires, record.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64),
            ],
            Scheme.Name,
            GatewayClaims.Device,
            roleType: null);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync();
        if (unavailable)
        {
            await GatewayErrors.WriteAsync(Context, GatewayErrorCode.ServiceUnavailable, retryAfter: StoreRetryAfter);
            return;
        }

        // RFC 9110 section 15.5.2 wants a challenge; there is no registered scheme for a header of one's own.
        Response.Headers[HeaderNames.WWWAuthenticate] = $"DeviceToken header=\"{Header}\"";
        await GatewayErrors.WriteAsync(
            Context,
            GatewayErrorCode.Unauthorized,
            hasToken ? "The device token is not valid." : $"A device token is required in the header {Header}.");
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        GatewayErrors.WriteAsync(Context, GatewayErrorCode.Forbidden, "This device may not do this.");
}
