using Dapr.Actors;
using Dapr.Actors.Client;
using Gateway.Queue;

namespace Gateway.Actors.Deadlines;

/// <summary>Arms through the device's actor, wherever it lives.</summary>
internal sealed class ActorDeadlineArmer(IActorProxyFactory proxies) : IDeadlineArmer
{
    /// <inheritdoc />
    public Task ArmAsync(string deviceId, DateTimeOffset due, CancellationToken cancellationToken) =>
        proxies.CreateActorProxy<IDeviceActor>(new ActorId(deviceId), DeviceActor.TypeName)
            .ArmAsync(due.ToUnixTimeMilliseconds())
            .WaitAsync(cancellationToken);
}
