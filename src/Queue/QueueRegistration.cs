using Gateway.Queue.Channels;
using Gateway.Queue.Commits;
using Gateway.Queue.Heads;
using Gateway.Queue.History;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue;

/// <summary>Puts the command queues together.</summary>
public static class QueueRegistration
{
    /// <summary>
    /// Adds <see cref="ICommandQueue"/>, <see cref="IReplicas"/>, <see cref="IReplicaNotices"/> and <see cref="IDeadChannels"/>. The application brings
    /// a <c>DaprClient</c>, an <c>ICommandHistory</c>, an <c>IDeviceChannelStore</c> and an <see cref="IDeadlineArmer"/>.
    /// </summary>
    public static IServiceCollection AddGatewayQueue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QueueOptions>()
            .Bind(configuration.GetSection("Gateway:Queue"))
            .Configure(options => options.ReconnectGrace = configuration.GetValue("Gateway:Channels:ReconnectGrace", options.ReconnectGrace))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<QueueMetrics>();
        services.AddSingleton<IHeadStore, DaprHeadStore>();
        services.AddSingleton<DocumentCache>();
        services.AddSingleton<EtagPredictor>();
        services.AddSingleton<Committer>();
        services.AddSingleton<CommandQueue>();
        services.AddSingleton<ICommandQueue>(provider => provider.GetRequiredService<CommandQueue>());
        services.AddSingleton<HistoryWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<HistoryWriter>());
        services.AddSingleton<NoticePublisher>();
        services.AddSingleton<IReplicaNotices>(provider => provider.GetRequiredService<NoticePublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<NoticePublisher>());
        services.AddSingleton<NoticeReceiver>();
        services.AddSingleton(provider => new QueueObservers(
            new(() => [.. provider.GetServices<IHeadObserver>()]),
            new(() => [.. provider.GetServices<IQueueEventObserver>()]),
            new(() => [.. provider.GetServices<ILiveObserver>()]),
            provider.GetRequiredService<ILogger<QueueObservers>>()));
        services.AddSingleton<IReplicaStore, DaprReplicaStore>();
        services.AddSingleton<ReplicaRegistry>();
        services.AddSingleton<IReplicas>(provider => provider.GetRequiredService<ReplicaRegistry>());
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaRegistry>());
        services.AddSingleton<HeldChannels>();
        services.AddSingleton<IHeadObserver>(provider => provider.GetRequiredService<HeldChannels>());
        services.AddSingleton<IDeadChannels, DeadChannels>();
        services.AddHostedService<ChannelRecorder>();
        services.AddHostedService<ChannelLooker>();
        return services;
    }

    /// <summary>Maps the subscription to this replica's own topic. For the app port only.</summary>
    public static IEndpointConventionBuilder MapQueueNotices(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<QueueOptions>>().Value;
        return endpoints.MapPost("/events/replica", (ReplicaNotice notice, NoticeReceiver receiver) =>
            {
                receiver.Receive(notice);
                return Results.Ok();
            })
            .WithTopic(options.PubSub, NoticePublisher.TopicOf(options.ReplicaId))
            .ExcludeFromDescription();
    }
}
