using Gateway.Queue.Observers;

namespace Gateway.Api.Channels.Devices;

/// <summary>Adds the channels of devices.</summary>
internal static class DeviceChannelRegistration
{
    /// <summary>Adds <see cref="DeviceChannels"/> and what looks after them; beside the queue, device authentication and the heartbeat batcher.</summary>
    public static IServiceCollection AddDeviceChannels(this IServiceCollection services)
    {
        services.AddSingleton<DeviceChannels>();
        services.AddSingleton<IHeadObserver>(provider => provider.GetRequiredService<DeviceChannels>());
        services.AddHostedService<DeviceWatch>();
        return services;
    }
}
