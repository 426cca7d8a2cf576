using System.Net;

namespace Gateway.Api.Access;

/// <summary>Where requests come from, for limits by address.</summary>
internal sealed class ClientAddresses(IConfiguration configuration)
{
    // The same default as GatewayOptions.AppPort.
    private readonly int appPort = configuration.GetValue("Gateway:AppPort", 8001);

    /// <summary>The address; null when the request came through the sidecar, whose address says nothing of who sent it.</summary>
    public IPAddress? Of(HttpContext context) =>
        context.Connection.LocalPort == appPort ? null : context.Connection.RemoteIpAddress;
}
