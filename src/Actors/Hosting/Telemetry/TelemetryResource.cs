using Gateway.Queue;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>Who sends the telemetry, in the words of OpenTelemetry's semantic conventions for a service.</summary>
/// <param name="Name"><c>service.name</c>: <c>OTEL_SERVICE_NAME</c>, else the Dapr app id.</param>
/// <param name="InstanceId"><c>service.instance.id</c>: the replica's id where it is configured, else the machine's name and the app port.</param>
/// <param name="Version"><c>service.version</c>.</param>
internal sealed record TelemetryResource(string Name, string InstanceId, string Version)
{
    /// <summary>This process, as its settings name it.</summary>
    public static TelemetryResource Of(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var roles = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var name = Set("OTEL_SERVICE_NAME") ?? Set("APP_ID") ?? (roles.HostsApi ? "gateway-api" : "gateway-actors");
        var queue = services.GetRequiredService<IOptions<QueueOptions>>().Value;
        return new TelemetryResource(name, queue.ReplicaId ?? queue.ReplicaName, BuildInfo.Version);

        string? Set(string setting) => configuration[setting] is { Length: > 0 } value ? value : null;
    }
}
