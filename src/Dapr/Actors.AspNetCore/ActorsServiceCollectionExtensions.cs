using Dapr;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the actor runtime.</summary>
public static class ActorsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the actor runtime and <see cref="IActorProxyFactory"/>, whose proxies have the runtime's sidecar, token and JSON
    /// options. Where options name no sidecar or token, configuration does, then the environment.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Registers actors and sets options.</param>
    /// <param name="lifetime">Of the runtime and the factory.</param>
    public static void AddActors(
        this IServiceCollection? services, Action<ActorRuntimeOptions>? configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        services.AddHealthChecks();
        services.AddLogging();
        services.TryAdd(new ServiceDescriptor(typeof(ActorRuntime), CreateRuntime, lifetime));
        services.TryAdd(new ServiceDescriptor(typeof(IActorProxyFactory), CreateProxyFactory, lifetime));
        if (configure is not null) services.Configure(configure);
    }

    private static ActorRuntime CreateRuntime(IServiceProvider services) => new(
        Options(services),
        services,
        services.GetRequiredService<IActorProxyFactory>(),
        services.GetRequiredService<ILoggerFactory>(),
        services.GetService<TimeProvider>() ?? TimeProvider.System);

    private static ActorProxyFactory CreateProxyFactory(IServiceProvider services)
    {
        var options = Options(services);
        return new ActorProxyFactory(new ActorProxyOptions
        {
            JsonSerializerOptions = options.JsonSerializerOptions,
            DaprApiToken = options.DaprApiToken,
            HttpEndpoint = options.HttpEndpoint!,
            UseJsonSerialization = options.UseJsonSerialization,
        });
    }

    private static ActorRuntimeOptions Options(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ActorRuntimeOptions>>().Value;
        var configuration = services.GetService<IConfiguration>();
        if (string.IsNullOrWhiteSpace(options.DaprApiToken)) options.DaprApiToken = DaprDefaults.DaprApiToken(configuration);
        if (string.IsNullOrWhiteSpace(options.HttpEndpoint)) options.HttpEndpoint = DaprDefaults.HttpEndpoint(configuration);
        return options;
    }
}
