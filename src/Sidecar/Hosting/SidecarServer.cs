using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Invoke;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Hosting;

/// <summary>The HTTP server of a sidecar: token check, trace headers, routes, and the answer when something fails.</summary>
internal sealed class SidecarServer(SidecarContext context, SidecarRoutes routes, ILogger logger)
{
    // How long requests may still take when the sidecar stops; daprd's --dapr-graceful-shutdown-seconds has the same default.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private readonly InvokeFeature invoke = context.Features.OfType<InvokeFeature>().Single();
    private readonly byte[]? token = context.Options.DaprApiToken is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;

    /// <summary>The server, not yet started. An empty builder: no setting of the process that embeds it leaks in.</summary>
    public static WebApplication Build(SidecarContext context, IReadOnlyList<ISidecarFeature> features, ILogger logger)
    {
        var routes = new SidecarRoutes();
        foreach (ISidecarFeature feature in features) feature.Map(routes);

        SidecarOptions options = context.Options;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, ManualLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are limited where they are read, since each building block has its own error for it.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 64 << 10;
            kestrel.Limits.MaxRequestBufferSize = Math.Max(kestrel.Limits.MaxRequestBufferSize ?? 0, 64 << 10);
            kestrel.Listen(IPAddress.Parse(options.ListenAddress), options.HttpPort);
        });

        WebApplication web = builder.Build();
        var server = new SidecarServer(context, routes, logger);
        ((IApplicationBuilder)web).Run(server.HandleAsync);
        return web;
    }

    private async Task HandleAsync(HttpContext http)
    {
        CleanPath path = CleanPath.Parse(http.RawTarget());
        bool health = path.Segments is ["v1.0", "healthz", ..];
        if (!health)
        {
            if (token is not null && !HasToken(http))
            {
                await RefuseAsync(http);
                return;
            }

            TraceContext trace = TraceContext.Continue(http.Request);
            http.SetTrace(trace);
            http.Response.Headers.TraceParent = trace.TraceParent;
            if (trace.TraceState is not null) http.Response.Headers.TraceState = trace.TraceState;
        }

        try
        {
            Task answer = routes.Match(http.Request.Method, path) is { } match
                ? match.Handler(http, match.Values)
                : invoke.InvokeByHeaderAsync(http);
            await answer;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; nobody reads an answer.
        }
        catch (Exception error) when (error is not OutOfMemoryException && !http.Response.HasStarted)
        {
            SidecarLog.RequestFailed(logger, error, http.Request.Method, http.Request.Path);
            http.Response.Clear();
            await new DaprError(500, "ERR_INTERNAL", "internal error; the log of the sidecar has more").WriteAsync(http);
        }
    }

    private bool HasToken(HttpContext http) =>
        http.Request.Headers.TryGetValue("dapr-api-token", out Microsoft.Extensions.Primitives.StringValues sent)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent.ToString()), token);

    private static Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync("invalid api token\n", http.RequestAborted);
    }

    // The default lifetime would take Ctrl+C and SIGTERM for itself; who started the sidecar decides when it stops.
    private sealed class ManualLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
