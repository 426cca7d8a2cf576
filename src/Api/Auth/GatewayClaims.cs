using System.Globalization;
using System.Security.Claims;

namespace Gateway.Api.Auth;

/// <summary>What the claims of our principals are called, and how to read them.</summary>
internal static class GatewayClaims
{
    /// <summary>The customer's id: the token's <c>sub</c>. On principals of the scheme "Customer" only.</summary>
    public const string Customer = "sub";

    /// <summary>The device's id. On principals of the scheme "Device" only.</summary>
    public const string Device = "device_id";

    /// <summary>The id of the customer who owns the device. On principals of the scheme "Device" only.</summary>
    public const string Owner = "owner_id";

    /// <summary>When the token ends, in Unix seconds: a connection that it opened should end then.</summary>
    public const string Expires = "exp";

    /// <summary>The authenticated customer's id.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated as a customer: the endpoint lacks its policy.</exception>
    public static string CustomerId(this ClaimsPrincipal principal) => Required(principal, Customer);

    /// <summary>The authenticated device's id.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated as a device: the endpoint lacks its policy.</exception>
    public static string DeviceId(this ClaimsPrincipal principal) => Required(principal, Device);

    /// <summary>The id of the customer who owns the authenticated device.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated as a device: the endpoint lacks its policy.</exception>
    public static string DeviceOwnerId(this ClaimsPrincipal principal) => Required(principal, Owner);

    /// <summary>When the token of the authenticated customer ends.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated as a customer: the endpoint lacks its policy.</exception>
    public static DateTimeOffset TokenEndsAt(this ClaimsPrincipal principal) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(Required(principal, Expires), CultureInfo.InvariantCulture));

    private static string Required(ClaimsPrincipal principal, string claim) => principal.FindFirst(claim)?.Value
        ?? throw new InvalidOperationException($"The request has no claim '{claim}'; does its endpoint require the policy?");
}
