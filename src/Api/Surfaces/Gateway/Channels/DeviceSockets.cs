using System.Security.Claims;
using Gateway.Api.Access;
using Gateway.Api.Auth;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Auth.HiddenQueries;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Output;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Queue;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// <c>/ws/device?deviceId=&amp;secret=</c> (gateway-api.md; docs/channels.md). Whatever speaks against it is answered before the upgrade, in the surface's
/// error format.
/// </summary>
internal sealed class DeviceSockets(
    SocketServer server,
    DeviceAuthenticator authenticator,
    ClientAddresses addresses,
    RateLimiter limiter,
    DeviceChannels channels,
    DeviceConfig config,
    HeartbeatIntake heartbeats,
    ICommandQueue queue,
    IOutputSink output,
    IOptions<ChannelOptions> options,
    ILogger<DeviceSocket> logger)
{
    /// <summary>The largest message of a device: 256 KiB.</summary>
    public const int MaxMessageBytes = 256 * 1024;

    private readonly SocketKind kind = new("device", MaxMessageBytes) { IdleTimeout = options.Value.DeviceIdleTimeout };

    /// <summary>Opens a device's socket and runs it to its end.</summary>
    public async Task<IResult> OpenAsync(HttpContext context)
    {
        if (server.Check(context) is { } refusal) return GatewaySockets.Answer(refusal);
        var ids = context.Request.Query["deviceId"];
        if (ids is not [{ } deviceId] || context.HiddenQuery("secret") is not { } secret)
            return GatewayErrors.Result(GatewayErrorCode.Unauthorized, "deviceId and secret are required, once each, in the query.");

        var result = await authenticator.AuthenticateAsync(deviceId, secret, addresses.Of(context), context.RequestAborted);
        if (AuthEndpoint.RefusalOf(result) is { } refused) return refused;

        // One who comes and goes without end is as much load as one who asks without end.
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(GatewayClaims.Device, deviceId)], GatewaySchemes.Device));
        if (await limiter.CountAsync(RateLimitRule.Device, context) is { IsExceeded: true } status)
        {
            status.WriteTo(context.Response.Headers);
            return GatewayErrors.Result(GatewayErrorCode.RateLimited, retryAfter: status.RetryAfter);
        }

        var socket = new DeviceSocket(deviceId, CredentialHash.Of(secret), channels, config, heartbeats, queue, output, logger);
        await server.RunAsync(context, kind, socket);
        return Results.Empty;
    }
}
