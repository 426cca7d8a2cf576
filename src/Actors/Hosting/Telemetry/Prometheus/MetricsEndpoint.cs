using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Telemetry.Prometheus;

/// <summary><c>GET /metrics</c>, for a Prometheus.</summary>
public static class MetricsEndpoint
{
    /// <summary>
    /// Maps it. It is there on the app port, without the sidecar's token: that port is this machine's only, and metrics hold no secret; and on the
    /// port for an operator's tools. On others only with <c>Gateway:Metrics:Public</c>. Which one, the connection tells: a Host header can be forged.
    /// </summary>
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes, params int[] ports)
    {
        // Made now, so that it misses nothing.
        var collector = routes.ServiceProvider.GetRequiredService<PrometheusCollector>();
        var isPublic = routes.ServiceProvider.GetRequiredService<IOptions<MetricsOptions>>().Value.Public;
        routes.MapGet("/metrics", (HttpContext context) =>
            {
                if (!isPublic && !ports.Contains(context.Connection.LocalPort)) return Results.NotFound();
                context.Response.Headers.CacheControl = "no-store";
                return Results.Text(collector.Collect(), PrometheusText.ContentType);
            })
            .ExcludeFromDescription();
        return routes;
    }
}
