using Gateway.Api.Auth;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>Adds the channels of customers with both their faces.</summary>
internal static class PortalHubRegistration
{
    /// <summary>Adds <c>/ws/customer</c> and <c>/hubs/portal</c>.</summary>
    public static IServiceCollection AddCustomerSockets(this IServiceCollection services)
    {
        services.AddCustomerChannels();
        services.AddSingleton<ICustomerWords, CustomerWords>();
        services.AddSingleton<CustomerSockets>();
        services.AddSingleton<PortalConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<PortalConnections>());
        services.Configure<CustomerAuthenticationOptions>(GatewaySchemes.Customer, customer => customer.OtherToken = GatewaySockets.TokenOf);
        services.AddSignalR().AddHubOptions<PortalHub>(hub =>
        {
            hub.MaximumReceiveMessageSize = CustomerSockets.MaxMessageBytes;
            hub.MaximumParallelInvocationsPerClient = 1;
            hub.EnableDetailedErrors = false;
        });
        services.AddOptions<HubOptions<PortalHub>>().Configure<IOptions<ChannelOptions>>((hub, channels) =>
        {
            hub.KeepAliveInterval = channels.Value.PingInterval;
            hub.ClientTimeoutInterval = channels.Value.PingInterval + channels.Value.PongTimeout;
        });
        return services;
    }

    /// <summary>
    /// Maps the hub. Over WebSockets alone: the other transports would each need limits of their own. Who may connect, and how often, is answered before the
    /// upgrade, in the surface's error format.
    /// </summary>
    public static IEndpointConventionBuilder MapPortalHub(this IEndpointRouteBuilder routes, string path)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<ChannelOptions>>().Value;
        var http = new HttpConnectionDispatcherOptions { Transports = HttpTransportType.WebSockets, TransportSendTimeout = options.SendTimeout };
        http.WebSockets.CloseTimeout = options.CloseTimeout;
        var hub = routes.MapConnections(path, http, connection => connection.Use(PortalInput.Guard).UseHub<PortalHub>());
        hub.RequireAuthorization(GatewaySchemes.Customer);
        hub.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } next) endpoint.RequestDelegate = context => AdmitAsync(context, next);
        });
        return hub;
    }

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        if (!services.GetRequiredService<OriginRule>().Allows(context.Request))
        {
            await GatewaySockets.Answer(SocketRefusal.ForeignOrigin).ExecuteAsync(context);
            return;
        }

        if (services.GetRequiredService<OpenSockets>().IsStopping)
        {
            await GatewaySockets.Answer(SocketRefusal.Stopping).ExecuteAsync(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await next(context);
            return;
        }

        using var seat = services.GetRequiredService<CustomerSockets>().TakeSeat(context.User.CustomerId());
        if (seat is null) await CustomerSockets.NoSeat().ExecuteAsync(context);
        else await services.GetRequiredService<PortalConnections>().RunAsync(context, next);
    }
}
