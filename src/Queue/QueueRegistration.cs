using Gateway.Queue.Backup;
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
    /// Adds <see cref="ICommandQueue"/>, <see cref="IReplicas"/>, <see cref="IReplicaNotices"/>, <see cref="IDeadChannels"/> and <see cref="IQueueBackup"/>. The application brings
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
        services.AddSingleton<IQueueBackup, QueueBackup>();
        services.AddHostedService<ChannelRecorder>();
        services.AddHostedService<ChannelLooker>();
        return services;
    }

    /// <summary>
    /// Maps the subscription to this replica's own topic, to be told to a sidecar when the replica has its id (<see cref="WhenReplicaHasId"/>). For the app
    /// port only.
    /// </summary>
    public static IEndpointConventionBuilder MapQueueNotices(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var topic = new ReplicaTopic(services.GetRequiredService<IReplicas>(), services.GetRequiredService<IOptions<QueueOptions>>().Value.PubSub);
        return endpoints.MapPost("/events/replica", (ReplicaNotice notice, NoticeReceiver receiver) =>
            {
                receiver.Receive(notice);
                return Results.Ok();
            })
            .WithMetadata(topic)
            .ExcludeFromDescription();
    }

    /// <summary>
    /// Lets requests to an endpoint wait until this replica has its id. A sidecar asks for subscriptions once in its life, as soon as something listens on the
    /// app port, and serves the state store, where the id comes from, before that.
    /// </summary>
    public static TBuilder WhenReplicaHasId<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } next) return;
            endpoint.RequestDelegate = async context =>
            {
                await context.RequestServices.GetRequiredService<IReplicas>().SelfAsync(context.RequestAborted);
                await next(context);
            };
        });
        return builder;
    }
}
