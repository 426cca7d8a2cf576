using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Surfaces.Gateway;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Auth.Customers;

/// <summary>
/// The scheme "Customer": <c>Authorization: Bearer &lt;jwt&gt;</c> (RFC 6750 section 2.1) to a principal with the claim
/// <see cref="GatewayClaims.Customer"/>. It answers 401 (403 where a policy refuses a known customer), or 503 when the
/// surface is closed or the signer's keys cannot be had: then nobody should throw a good token away.
/// </summary>
internal sealed class CustomerAuthenticationHandler(
    IOptionsMonitor<CustomerAuthenticationOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    CustomerTokens tokens) : AuthenticationHandler<CustomerAuthenticationOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer";

    private static readonly TimeSpan KeysRetryAfter = TimeSpan.FromSeconds(30);

    // One handler serves one request; the challenge answers for what was found here.
    private JwtFailure failure;
    private bool closed;
    private bool hasToken;

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!tokens.IsOpen)
        {
            closed = true;
            return AuthenticateResult.Fail("The customers' surface is closed.");
        }

        if (ReadToken() is not { } token) return AuthenticateResult.NoResult();

        hasToken = true;
        (failure, var claims) = await tokens.VerifyAsync(token, Context.RequestAborted);
        if (claims is null)
        {
            CustomerAuthLog.Refused(Logger, failure);
            return AuthenticateResult.Fail(failure.ToString());
        }

        var identity = new ClaimsIdentity(
            [
                new Claim(GatewayClaims.Customer, claims.Subject),
                new Claim(GatewayClaims.Expires, claims.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64),
            ],
            Scheme.Name,
            GatewayClaims.Customer,
            roleType: null);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync();
        if (closed || failure == JwtFailure.KeysUnavailable)
        {
            await GatewayErrors.WriteAsync(
                Context,
                GatewayErrorCode.ServiceUnavailable,
                closed ? "Customer authentication is not configured on this server." : "The keys that customers' tokens are verified with cannot be had now.",
                retryAfter: closed ? null : KeysRetryAfter);
            return;
        }

        Response.Headers[HeaderNames.WWWAuthenticate] = hasToken ? $"{Bearer} error=\"invalid_token\"" : Bearer;
        await GatewayErrors.WriteAsync(Context, GatewayErrorCode.Unauthorized, failure switch
        {
            _ when !hasToken => "A customer's token is required: 'Authorization: Bearer <token>'.",
            JwtFailure.Expired => "The token has expired.",
            _ => "The token is not valid.",
        });
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        GatewayErrors.WriteAsync(Context, GatewayErrorCode.Forbidden, "This customer may not do this.");

    private string? ReadToken()
    {
        var headers = Request.Headers.Authorization;
        if (headers.Count == 0) return Options.OtherToken(Request);

        // Two headers leave open which one counts: neither. The empty token is then refused as any malformed one.
        if (headers.Count > 1) return string.Empty;
        var header = headers[0].AsSpan();
        if (header.Length <= Bearer.Length || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || header[Bearer.Length] != ' ')
            return null;
        return header[Bearer.Length..].Trim(' ').ToString();
    }
}
