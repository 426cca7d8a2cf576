using System.Security.Claims;
using Gateway.Portal.Api;
using Gateway.Portal.Assets;
using Gateway.Portal.Live;
using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.Operators;
using Gateway.Portal.SignIn;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Portal;

/// <summary>The customers' and the operators' pages: adds it to a host, puts it into its pipeline, and maps it at <c>/</c>.</summary>
public static class PortalRegistration
{
    /// <summary>What a browser may send at once: the largest parameters that the API takes (1 MiB), each character of them escaped.</summary>
    private const int MaxMessage = 3 * 1024 * 1024;

    /// <summary>Adds the portal. Data protection is the host's: its keys must outlast the process, or everybody is signed out with it.</summary>
    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<PortalOptions>();
        services.AddSingleton<CustomerSignIn>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<OperatorSignIn>();
        services.AddSingleton<OperatorDesks>();
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, PortalCookie>();
        services.AddAuthentication().AddCookie(PortalSession.Scheme).AddCookie(OperatorSession.Scheme);
        services.AddAuthorizationBuilder()
            .AddPolicy(
                PortalSession.Scheme,
                policy => policy.AddAuthenticationSchemes(PortalSession.Scheme).RequireClaim(PortalSession.RequiredClaim))
            .AddPolicy(
                OperatorSession.Scheme,
                policy => policy.AddAuthenticationSchemes(OperatorSession.Scheme).RequireClaim(OperatorSession.RequiredClaim));
        services.AddCascadingAuthenticationState();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "gateway_portal_form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });

        services.AddHttpClient(CustomerSignIn.HttpClientName, http => http.Timeout = TimeSpan.FromSeconds(10));
        services.AddHttpClient<GatewayClient>(ToThisMachine).RemoveAllLoggers();
        services.AddHttpClient(OrchestratorClient.HttpClientName, ToThisMachine).RemoveAllLoggers();
        services.AddScoped<CustomerAccess>();
        services.AddScoped<OperatorAccess>();
        services.AddScoped<LiveConnection>();
        services.AddScoped<Shell.Ticker>();

        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 200;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(2);
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessage);
        return services;
    }

    /// <summary>After routing, authentication and authorization.</summary>
    public static IApplicationBuilder UsePortal(this IApplicationBuilder app)
    {
        app.Use(async (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<PortalEndpoint>() is not null)
            {
                PortalHeaders.Set(context.Response);
                // The circuit's connection and the page of the sign-in ask for no policy, which would tell them who calls; the others ask for one of two.
                context.User = await WhoAsync(context);
            }

            await next(context);
            if (IsForNobody(context)) await ShowNotFoundAsync(context);
        });
        return app.UseAntiforgery();
    }

    /// <summary>Maps the pages, what they are made of, and their circuit.</summary>
    public static void MapPortal(this IEndpointRouteBuilder routes)
    {
        PortalAssets.Map(routes);
        var portal = routes.MapGroup("").WithMetadata(PortalEndpoint.Instance);
        portal.MapSignIn();
        routes.MapRazorComponents<Shell.App>()
            .AddInteractiveServerRenderMode(circuits => circuits.ContentSecurityFrameAncestorsPolicy = null)
            .WithMetadata(PortalEndpoint.Instance);
    }

    /// <summary>A browser asked for a page at an address that no part of the host knows.</summary>
    private static bool IsForNobody(HttpContext context) =>
        context.GetEndpoint() is null && context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentLength: null }
        && HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static Task ShowNotFoundAsync(HttpContext context)
    {
        var page = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .First(endpoint => endpoint.RoutePattern.RawText == Shell.NotFoundPage.Path);
        PortalHeaders.Set(context.Response);
        context.SetEndpoint(page);
        // Of an answer that is 404 already the framework writes no page.
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.OnStarting(() =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return page.RequestDelegate!(context);
    }

    /// <summary>The customer, the operator, or both in one.</summary>
    private static async Task<ClaimsPrincipal> WhoAsync(HttpContext context)
    {
        var customer = await context.AuthenticateAsync(PortalSession.Scheme);
        var operators = await context.AuthenticateAsync(OperatorSession.Scheme);
        return new ClaimsPrincipal([.. customer.Principal?.Identities ?? [], .. operators.Principal?.Identities ?? []]);
    }

    private static void ToThisMachine(IServiceProvider provider, HttpClient http)
    {
        http.BaseAddress = provider.GetRequiredService<IOptions<PortalOptions>>().Value.Gateway;
        http.Timeout = TimeSpan.FromSeconds(15);
    }

    /// <summary>Marks what the portal's headers and cookie are for.</summary>
    private sealed class PortalEndpoint
    {
        public static readonly PortalEndpoint Instance = new();
    }
}
