using Gateway.Actors.Deadlines;
using Gateway.Actors.Sweeps;
using Gateway.Queue;

namespace Gateway.Actors;

/// <summary>Puts the actors together.</summary>
public static class ActorsRegistration
{
    /// <summary>Adds what calls the actors: the reminders of devices. Every role needs it.</summary>
    public static IServiceCollection AddDeadlineArmer(this IServiceCollection services) =>
        services.AddSingleton<IDeadlineArmer, ActorDeadlineArmer>();

    /// <summary>Adds the actors themselves: the role <c>actors</c>. Needs the queue and the relational store.</summary>
    public static IServiceCollection AddGatewayActors(this IServiceCollection services)
    {
        services.AddSingleton<DueDevices>();
        services.AddHostedService(provider => provider.GetRequiredService<DueDevices>());
        services.AddSingleton<Sweeper>();
        services.AddHostedService<SweepStarter>();
        return services;
    }

    /// <summary>Adds Dapr's actor runtime and proxies; with <paramref name="host"/> it also hosts Gateway's actors.</summary>
    public static IServiceCollection AddActorRuntime(this IServiceCollection services, bool host)
    {
        services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
            options.DrainOngoingCallTimeout = TimeSpan.FromSeconds(10);
            options.DrainRebalancedActors = true;
            if (!host) return;
            options.Actors.RegisterActor<DeviceActor>();
            options.Actors.RegisterActor<SweepActor>();
        });
        return services;
    }
}
