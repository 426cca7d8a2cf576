using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Gateway.Actors.Hosting.Telemetry.Otlp;

/// <summary>
/// Gives the spans of requests what is known only at their end: the route, which is also their name, and the status (OpenTelemetry, "Semantic
/// conventions for HTTP spans"). ASP.NET Core 10 leaves that to the instrumentation package.
/// </summary>
internal sealed class RequestSpans : IStartupFilter
{
    /// <summary>Outside of everything else, so that what the others answer is seen.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static (context, following) => RunAsync(context, following));
        next(app);
    };

    private static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            Complete(context, context.Response.StatusCode);
        }
        catch
        {
            Complete(context, StatusCodes.Status500InternalServerError);
            throw;
        }
    }

    private static void Complete(HttpContext context, int status)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span) return;
        var route = context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
        span.DisplayName = route is null ? "HTTP" : $"{context.Request.Method} {route}";
        if (route is not null) span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }
}
