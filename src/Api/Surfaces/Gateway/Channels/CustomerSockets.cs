using Gateway.Api.Auth;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// <c>/ws/customer?token=</c> (gateway-api.md; docs/channels.md), behind the policy of customers. Whatever speaks against it is answered before the
/// upgrade, in the surface's error format.
/// </summary>
internal sealed class CustomerSockets(
    SocketServer server, SocketSeats seats, CustomerChannels channels, IOptions<ChannelOptions> options, ILogger<CustomerSocket> logger)
{
    /// <summary>The largest message of a customer: 16 KiB.</summary>
    public const int MaxMessageBytes = 16 * 1024;

    private static readonly SocketKind Kind = new("customer", MaxMessageBytes);

    /// <summary>Opens a customer's socket and runs it to its end.</summary>
    public async Task<IResult> OpenAsync(HttpContext context)
    {
        if (server.Check(context) is { } refusal) return GatewaySockets.Answer(refusal);
        var customerId = context.User.CustomerId();
        using var seat = TakeSeat(customerId);
        if (seat is null) return NoSeat();
        await server.RunAsync(context, Kind, new CustomerSocket(customerId, context.User.TokenEndsAt(), channels, logger));
        return Results.Empty;
    }

    /// <summary>A place among the customer's connections of all kinds; null: all are taken.</summary>
    public IDisposable? TakeSeat(string customerId) => seats.TryTake($"customer:{customerId}", options.Value.ConnectionsPerCustomer);

    /// <summary>The answer when no place is free.</summary>
    public static GatewayErrorResult NoSeat() => GatewayErrors.Result(
        GatewayErrorCode.RateLimited, "The customer has as many connections as may be.", retryAfter: GatewayFailures.RetryAfter);
}
