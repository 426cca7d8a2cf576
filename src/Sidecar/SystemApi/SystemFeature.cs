using System.Collections.Concurrent;
using System.Text;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.SystemApi;

/// <summary>
/// Health (https://docs.dapr.io/reference/api/health_api/), metadata (https://docs.dapr.io/reference/api/metadata_api/) and
/// shutdown.
/// </summary>
internal sealed class SystemFeature(SidecarContext context) : ISidecarFeature
{
    private readonly ConcurrentDictionary<string, string> extended = new(StringComparer.Ordinal);

    public void Map(SidecarRoutes routes)
    {
        routes.Map("GET", "/v1.0/healthz", Health);
        // Outbound is about components, and those are open before anything listens.
        routes.Map("GET", "/v1.0/healthz/outbound", (http, _) => http.NoContentAsync());
        routes.Map("GET", "/v1.0/metadata", (http, _) => http.WriteJsonAsync(MetadataAnswer.Write(context, extended)));
        routes.Map("PUT", "/v1.0/metadata/{key}", PutMetadataAsync);
        routes.Map("POST", "/v1.0/shutdown", Shutdown);
        AbsentBlocks.Map(routes);
    }

    private Task Health(HttpContext http, RouteValues route)
    {
        if (!context.Ready.Task.IsCompletedSuccessfully || !context.AppIsThere)
            return new DaprError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]").WriteAsync(http);
        return http.Request.Query["appid"].ToString() is { Length: > 0 } id && id != context.Options.AppId
            ? new DaprError(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match").WriteAsync(http)
            : http.NoContentAsync();
    }

    private async Task PutMetadataAsync(HttpContext http, RouteValues route)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
        {
            await DaprError.Malformed(HttpExchange.TooLarge).WriteAsync(http);
            return;
        }

        extended[route["key"]] = Encoding.UTF8.GetString(body.Span);
        await http.NoContentAsync();
    }

    private Task Shutdown(HttpContext http, RouteValues route)
    {
        // After the answer: the listener goes away with the sidecar.
        http.Response.OnCompleted(() =>
        {
            context.ShutdownRequested.TrySetResult();
            return Task.CompletedTask;
        });
        return http.NoContentAsync();
    }
}
