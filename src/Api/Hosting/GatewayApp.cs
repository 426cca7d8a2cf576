using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Api.Surfaces.Orchestrator;
using Gateway.Sidecar.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Api.Hosting;

/// <summary>Puts the program together: what a process is follows from its roles and from whether a sidecar is around it.</summary>
internal static class GatewayApp
{
    /// <summary>Builds the application.</summary>
    public static async Task<WebApplication> BuildAsync(string[] args)
    {
        var builder = GatewayBuilder.Create(args);
        var logger = builder.AddGatewayLogging();
        var options = builder.AddGatewayOptions();
        await EmbeddedSidecar.AddSecretsAsync(builder, options, logger);

        // The folder first: nothing may touch files that another process works on.
        if (DataFolder.IsUsed(builder.Configuration)) builder.Services.AddSingleton(DataFolder.Acquire(options.DataPath));
        if (EmbeddedSidecar.IsNeeded(builder.Configuration)) EmbeddedSidecar.Add(builder, options);
        builder.AddGatewayBackend(options);
        if (options.HostsApi) builder.AddSurfaces(options);
        if (builder.Environment.IsDevelopment()) builder.Services.AddHostedService<StartBanner>();

        builder.WebHost.UseUrls([options.PublicUrl.TrimEnd('/'), $"http://127.0.0.1:{options.AppPort}", .. options.OpsUrls()]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = SurfaceRegistration.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = SurfaceRegistration.HeadersTimeout;
        });

        var app = builder.Build();
        app.ValidateSettings();

        // Made at once, so that it is disposed at the end: the lock lasts as long as the process works.
        _ = app.Services.GetService<DataFolder>();
        app.UseOpsPort(options);
        if (options.HostsApi)
        {
            app.UseGatewaySurface();
            app.UseOrchestratorSurface();
            app.UseWebSockets();
        }

        app.UseRouting();
        app.UseAppPort(options.AppPort, builder.Configuration["APP_API_TOKEN"] is { Length: > 0 } token ? token : null);
        app.UseCloudEvents();
        if (options.HostsApi)
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapSurfaces();
        }
        else
        {
            app.MapBackendHealth();
        }

        app.MapGatewayBackend();
        return app;
    }

    /// <summary>The line for a start that failed in what only this program knows.</summary>
    public static string? Explain(Exception e) => e switch
    {
        SidecarStartException { InnerException: IOException { InnerException: AddressInUseException } } =>
            $"{e.Message} Stop the other program, or choose another port (Gateway__Sidecar__HttpPort).",
        SidecarStartException => e.Message,
        _ => null,
    };
}
