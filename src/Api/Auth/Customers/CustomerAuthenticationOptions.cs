using Microsoft.AspNetCore.Authentication;

namespace Gateway.Api.Auth.Customers;

/// <summary>Options of the scheme "Customer".</summary>
internal sealed class CustomerAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>
    /// Where else a request may carry its token when it has no <c>Authorization</c> header; null: it has none. Sockets set
    /// it, since browsers give their handshake no headers. It must look at its own paths only, and what it reads must never
    /// be logged. Default: nowhere.
    /// </summary>
    public Func<HttpRequest, string?> OtherToken { get; set; } = static _ => null;
}
