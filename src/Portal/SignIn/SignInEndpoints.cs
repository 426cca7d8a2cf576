using Gateway.Portal.Operators;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gateway.Portal.SignIn;

/// <summary>What changes the cookie and is no page: signing out, and renewing from a page that stays open.</summary>
internal static class SignInEndpoints
{
    /// <summary>The path that an open page calls to have its cookie renewed.</summary>
    public const string RenewPath = "/sign-in/renew";

    /// <summary>The path that the form of the sign-out button is sent to.</summary>
    public const string SignOutPath = "/sign-out";

    /// <summary>Maps them.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(RenewPath, (Delegate)RenewAsync).ExcludeFromDescription();
        routes.MapPost(SignOutPath, SignOutAsync).ExcludeFromDescription();
    }

    /// <summary>
    /// 204: the cookie is fresh, and so is the sign-in in every circuit of this replica; 401: sign in again; 503: it could not be renewed yet. Nothing
    /// else is told.
    /// </summary>
    private static async Task<IResult> RenewAsync(HttpContext context, SignIns signIns)
    {
        var known = await context.AuthenticateAsync(PortalSession.Scheme);
        if (PortalSession.From(known.Principal) is not { } session) return Results.StatusCode(StatusCodes.Status401Unauthorized);
        return signIns.IsDue(session) ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.NoContent();
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery, CustomerSignIn signIn, SignIns signIns, OperatorSignIn operators)
    {
        var known = await context.AuthenticateAsync(PortalSession.Scheme);
        var asOperator = await context.AuthenticateAsync(OperatorSession.Scheme);
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        if (PortalSession.From(known.Principal) is { } session)
        {
            signIns.End(session);
            await signIn.SignOutAsync(session, context.RequestAborted);
        }

        if (OperatorSession.From(asOperator.Principal) is { } ended) operators.End(ended);
        await context.SignOutAsync(PortalSession.Scheme);
        await context.SignOutAsync(OperatorSession.Scheme);
        return Results.LocalRedirect((known.Succeeded || !asOperator.Succeeded ? SignInAddress.Customers : SignInAddress.Operators) + "?ended=out");
    }
}
