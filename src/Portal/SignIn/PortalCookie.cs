using Gateway.Portal.Operators;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.SignIn;

/// <summary>
/// The cookies that hold a customer's and an operator's sign-in: encrypted, HttpOnly, SameSite=Lax. Reading a customer's renews a token that ends soon, and
/// the renewed cookie goes out with the same answer.
/// </summary>
internal sealed class PortalCookie(IOptions<PortalOptions> portal, TimeProvider time) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    /// <summary>How long a browser may stay away and come back signed in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>The same for an operator, whose token does not end by itself.</summary>
    public static readonly TimeSpan OperatorLifetime = TimeSpan.FromHours(12);

    public void Configure(CookieAuthenticationOptions options)
    {
    }

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        switch (name)
        {
            case PortalSession.Scheme:
                Configure(options, "gateway_portal", Lifetime, SignInAddress.Customers);
                options.Events.OnValidatePrincipal = ValidateAsync;
                break;
            case OperatorSession.Scheme:
                Configure(options, "gateway_operator", OperatorLifetime, SignInAddress.Operators);
                options.Events.OnValidatePrincipal = ValidateOperatorAsync;
                break;
        }
    }

    private void Configure(CookieAuthenticationOptions options, string cookie, TimeSpan lifetime, string signIn)
    {
        options.Cookie.Name = cookie;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = portal.Value.RequiresHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = lifetime;
        options.SlidingExpiration = true;
        options.LoginPath = signIn;
        options.ReturnUrlParameter = "returnUrl";
        options.TimeProvider = time;
    }

    private static async Task ValidateOperatorAsync(CookieValidatePrincipalContext context)
    {
        var signIn = context.HttpContext.RequestServices.GetRequiredService<OperatorSignIn>();
        if (OperatorSession.From(context.Principal) is { } session && !signIn.HasEnded(session)) return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(OperatorSession.Scheme);
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
