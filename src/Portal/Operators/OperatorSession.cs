using System.Security.Claims;

namespace Gateway.Portal.Operators;

/// <summary>An operator's sign-in, beside a customer's or without one, as an encrypted cookie of its own carries it. The token never reaches the browser's scripts or a log.</summary>
/// <param name="Id">The sign-in's own id.</param>
/// <param name="Token">The admin's token for the Orchestrator surface.</param>
internal sealed record OperatorSession(string Id, string Token)
{
    /// <summary>The cookie's authentication scheme, and the policy of the operator's pages.</summary>
    public const string Scheme = "PortalOperator";

    /// <summary>The claim that the policy asks for.</summary>
    public const string RequiredClaim = "operator_sid";

    /// <summary>What the page calls an operator, whose token has no name.</summary>
    public const string Name = "Operator";

    private const string TokenClaim = "operator_token";

    /// <summary>As the cookie's principal.</summary>
    public ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity([new Claim(RequiredClaim, Id), new Claim(TokenClaim, Token)], Scheme));

    /// <summary>The sign-in of a principal; null: it is no operator's.</summary>
    public static OperatorSession? From(ClaimsPrincipal? principal) =>
        principal?.FindFirst(RequiredClaim)?.Value is { } id && principal.FindFirst(TokenClaim)?.Value is { } token ? new OperatorSession(id, token) : null;

    /// <summary>The record's own text would show the token.</summary>
    public override string ToString() => $"{nameof(OperatorSession)} {Id}";
}
