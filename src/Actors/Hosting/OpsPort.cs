namespace Gateway.Actors.Hosting;

/// <summary>
/// A port of its own for probes and Prometheus, on all addresses: the public port is for everybody and the app port for this machine only,
/// which on Kubernetes is the pod. What is there tells no secret and no id, but is nobody's business outside.
/// </summary>
public static class OpsPort
{
    private static readonly PathString[] Paths = ["/healthz", "/readyz", "/metrics"];

    /// <summary>The addresses to listen on, none or one.</summary>
    public static string[] OpsUrls(this GatewayOptions options) => options.OpsPort == 0 ? [] : [$"http://*:{options.OpsPort}"];

    /// <summary>First in the pipeline: on that port, told by the connection (a Host header can be forged), nothing else is there.</summary>
    public static IApplicationBuilder UseOpsPort(this IApplicationBuilder app, GatewayOptions options)
    {
        var port = options.OpsPort;
        return port == 0 ? app : app.Use((context, next) =>
        {
            if (context.Connection.LocalPort != port || Paths.Contains(context.Request.Path)) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}
