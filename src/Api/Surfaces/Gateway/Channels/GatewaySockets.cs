using Gateway.Api.Auth;
using Gateway.Api.Auth.HiddenQueries;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.RateLimits;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>The surface's sockets: where they are, and what refuses a request for one before the upgrade.</summary>
internal static class GatewaySockets
{
    private static readonly PathString Device = "/ws/device", Customer = "/ws/customer", Portal = "/hubs/portal";

    // CONNECT is how HTTP/2 asks for a WebSocket (RFC 8441).
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Connect];

    /// <summary>Whether a path is that of a socket, whose refusals are in the surface's error format.</summary>
    public static bool IsOne(PathString path) => path.StartsWithSegments(Device) || path.StartsWithSegments(Customer) || path.StartsWithSegments(Portal);

    /// <summary>The customer's token in the query of a socket's handshake; null: none, or another path.</summary>
    public static string? TokenOf(HttpRequest request)
    {
        if (request.Path.StartsWithSegments(Customer)) return request.HttpContext.HiddenQuery("token");
        return request.Path.StartsWithSegments(Portal) ? request.HttpContext.HiddenQuery("access_token") : null;
    }

    /// <summary>Maps the sockets.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="tooMany">Answers who connects more often than requests are allowed: who comes and goes without end is as much load as one who asks.</param>
    public static void MapGatewaySockets(this IEndpointRouteBuilder routes, RateLimitRejection tooMany)
    {
        routes.MapMethods(Device.Value!, Methods, (HttpContext context, DeviceSockets sockets) => sockets.OpenAsync(context)).ExcludeFromDescription();
        routes.MapMethods(Customer.Value!, Methods, (HttpContext context, CustomerSockets sockets) => sockets.OpenAsync(context))
            .RequireAuthorization(GatewaySchemes.Customer)
            .LimitRequests(RateLimitRule.Customer, tooMany)
            .ExcludeFromDescription();
        routes.MapPortalHub(Portal.Value!).LimitRequests(RateLimitRule.Customer, tooMany);
    }

    /// <summary>The answer to a request that may not become a socket.</summary>
    public static GatewayErrorResult Answer(SocketRefusal refusal) => refusal switch
    {
        SocketRefusal.NotASocket => GatewayErrors.Result(GatewayErrorCode.InvalidRequest, "This address is a WebSocket."),
        SocketRefusal.ForeignOrigin => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Pages of this origin may not connect."),
        _ => GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable, retryAfter: GatewayFailures.RetryAfter),
    };
}
