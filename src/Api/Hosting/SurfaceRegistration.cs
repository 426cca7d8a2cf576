using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Auth.HiddenQueries;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Output;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Health;
using Gateway.Api.OpenApi;
using Gateway.Api.Portal;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Api.Surfaces.Orchestrator;
using Gateway.Storage;

namespace Gateway.Api.Hosting;

/// <summary>The role <c>api</c>: the surfaces and what they share.</summary>
internal static class SurfaceRegistration
{
    /// <summary>Largest request body, in bytes: 1 MiB.</summary>
    public const long MaxBody = 1 << 20;

    /// <summary>How long a request's head, a socket's handshake as well, may take to arrive.</summary>
    public static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds the surfaces.</summary>
    public static void AddSurfaces(this WebApplicationBuilder builder, GatewayOptions options)
    {
        builder.Services.AddHeartbeatBatcher();
        builder.Services.AddCustomerAuthentication(options.DataPath);
        builder.Services.AddDeviceAuthentication();
        builder.Services.AddHiddenQueries();
        builder.Services.AddRateLimits();
        builder.Services.AddSockets();
        builder.Services.AddDeviceChannels();
        builder.Services.AddCommandOutput();
        builder.Services.AddGatewaySurface(builder.Configuration);
        builder.Services.AddOrchestratorSurface();
        builder.Services.AddHealth();
        builder.Services.AddApiDocument();
        builder.AddPortalPages(options);
    }

    /// <summary>Maps the surfaces, on both ports: devices may also come through a sidecar's invoke.</summary>
    public static void MapSurfaces(this WebApplication app)
    {
        app.MapGatewaySurface();
        app.MapOrchestratorSurface();
        app.MapHealth();
        app.MapApiDocument();
        app.MapPortalPages();
    }
}
