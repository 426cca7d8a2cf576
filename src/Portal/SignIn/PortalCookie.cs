using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.SignIn;

/// <summary>
/// The cookie that holds a sign-in: encrypted, HttpOnly, SameSite=Lax. Reading it renews a token that ends soon, and the renewed cookie
/// goes out with the same answer.
/// </summary>
internal sealed class PortalCookie(IOptions<PortalOptions> portal, TimeProvider time) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    /// <summary>How long a browser may stay away and come back signed in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public void Configure(CookieAuthenticationOptions options)
    {
    }

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        if (name != PortalSession.Scheme) return;
        options.Cookie.Name = "gateway_portal";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = portal.Value.RequiresHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = Lifetime;
        options.SlidingExpiration = true;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        options.TimeProvider = time;
        options.Events.OnValidatePrincipal = ValidateAsync;
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var signIns = context.HttpContext.RequestServices.GetRequiredService<SignIns>();
        var session = PortalSession.From(context.Principal);
        var renewed = session is null ? null : await signIns.RenewAsync(session, context.HttpContext.RequestAborted);
        if (renewed is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(PortalSession.Scheme);
        }
        else if (!ReferenceEquals(renewed, session) && renewed.AccessToken != session!.AccessToken)
        {
            context.ReplacePrincipal(renewed.ToPrincipal());
            context.ShouldRenew = true;
        }
    }
}
