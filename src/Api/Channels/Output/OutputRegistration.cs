using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.Storage;

namespace Gateway.Api.Channels.Output;

/// <summary>Adds the output of commands.</summary>
internal static class OutputRegistration
{
    /// <summary>Adds <see cref="IOutputSink"/> and what it needs; beside the queue and the relational store.</summary>
    public static IServiceCollection AddCommandOutput(this IServiceCollection services)
    {
        services.AddOutputBatcher();
        services.AddSingleton(provider => new LiveOutput(
            provider.GetRequiredService<IReplicas>(),
            provider.GetRequiredService<IReplicaNotices>(),
            new Lazy<IEnumerable<ILiveObserver>>(() => [.. provider.GetServices<ILiveObserver>()])));
        services.AddSingleton<IOutputSink, OutputSink>();
        return services;
    }
}
