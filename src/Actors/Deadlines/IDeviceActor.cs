using Dapr.Actors;

namespace Gateway.Actors.Deadlines;

/// <summary>The actor of one device. It holds the device's one reminder and nothing else: what falls due is decided by Core through the head.</summary>
public interface IDeviceActor : IActor
{
    /// <summary>Makes the reminder fire at a time, in place of the one that was set.</summary>
    /// <param name="due">Unix milliseconds; past times mean now.</param>
    Task ArmAsync(long due);
}
