using Gateway.Queue.Commits;
using Gateway.Queue.Heads;
using Gateway.Queue.History;
using Gateway.Queue.Wakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Queue;

/// <summary>Puts the command queues together.</summary>
public static class QueueRegistration
{
    /// <summary>
    /// Adds <see cref="ICommandQueue"/>. The application brings a <c>DaprClient</c>, an <c>ICommandHistory</c> and an
    /// <see cref="IDeadlineArmer"/>.
    /// </summary>
    public static IServiceCollection AddGatewayQueue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QueueOptions>()
            .Bind(configuration.GetSection("Gateway:Queue"))
            .Configure(options => options.ReconnectGrace = configuration.GetValue("Gateway:Channels:ReconnectGrace", options.ReconnectGrace))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IHeadStore, DaprHeadStore>();
        services.AddSingleton<DocumentCache>();
        services.AddSingleton<EtagPredictor>();
        services.AddSingleton<Committer>();
        services.AddSingleton<CommandQueue>();
        services.AddSingleton<ICommandQueue>(provider => provider.GetRequiredService<CommandQueue>());
        services.AddSingleton<HistoryWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<HistoryWriter>());
        services.AddSingleton<WakePublisher>();
        services.AddSingleton<IWakePublisher>(provider => provider.GetRequiredService<WakePublisher>());
        services.AddHostedService(provider => provider.GetRequiredService<WakePublisher>());
        return services;
    }

    /// <summary>Maps the subscription to this replica's own topic. For the app port only.</summary>
    public static IEndpointConventionBuilder MapQueueNotices(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<QueueOptions>>().Value;
        return endpoints.MapPost("/events/replica", (WakeNotice notice, CommandQueue queue) =>
            {
                queue.Wake(notice.DeviceId);
                return Results.Ok();
            })
            .WithTopic(options.PubSub, WakePublisher.TopicOf(options.ReplicaId))
            .ExcludeFromDescription();
    }
}
