using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Core.Devices;
using Gateway.Core.Ids;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Access;

/// <summary>
/// Finds what a path names and checks that it is the caller's: 404 when it exists nowhere, 403 when it is another customer's
/// (gateway-api.md has both).
/// </summary>
internal sealed class Ownership(IDeviceStore devices, KnownSessions sessions)
{
    /// <summary>A device of the customer.</summary>
    public async Task<OrError<Device>> DeviceAsync(string deviceId, string customerId, CancellationToken cancellationToken)
    {
        var device = DeviceIds.IsValid(deviceId) ? await devices.FindAsync(deviceId, cancellationToken) : null;
        if (device is null) return GatewayErrors.Result(GatewayErrorCode.NotFound, "Device not found");
        return device.CustomerId == customerId
            ? device
            : GatewayErrors.Result(GatewayErrorCode.Forbidden, "Device not owned by customer");
    }

    /// <summary>A session of the customer.</summary>
    public async Task<OrError<KnownSession>> SessionAsync(string sessionId, string customerId, CancellationToken cancellationToken)
    {
        var session = WireIds.IsSession(sessionId) ? await sessions.FindAsync(sessionId, cancellationToken) : null;
        if (session is null) return NoSession();
        return session.CustomerId == customerId
            ? session
            : GatewayErrors.Result(GatewayErrorCode.Forbidden, "Session not owned by customer");
    }

    /// <summary>The answer for a session that there is not.</summary>
    public static GatewayErrorResult NoSession() => GatewayErrors.Result(GatewayErrorCode.NotFound, "Session not found");

    /// <summary>The answer for a command that the session does not have.</summary>
    public static GatewayErrorResult NoCommand() => GatewayErrors.Result(GatewayErrorCode.NotFound, "Command not found");
}
