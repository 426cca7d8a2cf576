using System.Globalization;
using System.Security.Claims;

namespace Gateway.Portal.SignIn;

/// <summary>A customer's sign-in, as the encrypted cookie carries it. Its tokens never reach the browser's scripts or a log.</summary>
/// <param name="Id">The sign-in's own id: the same before and after its tokens are renewed.</param>
/// <param name="CustomerId">The token's subject.</param>
/// <param name="Name">What the customer signed in as: an email address or a name.</param>
/// <param name="AccessToken">The customer's token for the Gateway surface.</param>
/// <param name="RefreshToken">Supabase's token for the next one; null: signed in by name.</param>
/// <param name="ExpiresAt">When the access token ends.</param>
internal sealed record PortalSession(
    string Id, string CustomerId, string Name, string AccessToken, string? RefreshToken, DateTimeOffset ExpiresAt)
{
    /// <summary>The cookie's authentication scheme, and the policy of the portal's pages.</summary>
    public const string Scheme = "Portal";

    private const string
        IdClaim = "sid",
        CustomerClaim = "sub",
        NameClaim = "name",
        AccessClaim = "access_token",
        RefreshClaim = "refresh_token",
        ExpiresClaim = "exp";

    /// <summary>The claim that the policy asks for.</summary>
    public const string RequiredClaim = IdClaim;

    /// <summary>As the cookie's principal.</summary>
    public ClaimsPrincipal ToPrincipal()
    {
        var identity = new ClaimsIdentity(
            [
                new Claim(IdClaim, Id),
                new Claim(CustomerClaim, CustomerId),
                new Claim(NameClaim, Name),
                new Claim(AccessClaim, AccessToken),
                new Claim(ExpiresClaim, ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
            Scheme,
            NameClaim,
            roleType: null);
        if (RefreshToken is not null) identity.AddClaim(new Claim(RefreshClaim, RefreshToken));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The sign-in of a principal; null: it is not one of the portal's.</summary>
    public static PortalSession? From(ClaimsPrincipal? principal)
    {
        if (principal?.FindFirst(IdClaim)?.Value is not { } id
            || principal.FindFirst(CustomerClaim)?.Value is not { } customer
            || principal.FindFirst(AccessClaim)?.Value is not { } token
            || !long.TryParse(principal.FindFirst(ExpiresClaim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var expires))
        {
            return null;
        }

        return new PortalSession(
            id, customer, principal.FindFirst(NameClaim)?.Value ?? customer, token, principal.FindFirst(RefreshClaim)?.Value,
            DateTimeOffset.FromUnixTimeSeconds(expires));
    }

    /// <summary>The record's own text would show the tokens.</summary>
    public override string ToString() => $"{nameof(PortalSession)} {Id} of {CustomerId}";
}
