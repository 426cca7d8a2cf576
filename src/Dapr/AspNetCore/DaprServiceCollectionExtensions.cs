using Dapr;
using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the Dapr client.</summary>
public static class DaprServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="DaprClient"/> unless there is one. Configuration says where the sidecar is and the token for it, then
    /// the environment, unless <paramref name="configure"/> does.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Configures the client.</param>
    /// <param name="lifetime">Of the client.</param>
    public static void AddDaprClient(
        this IServiceCollection services,
        Action<DaprClientBuilder>? configure = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton) =>
        Add(services, (_, builder) => configure?.Invoke(builder), lifetime);

    /// <summary>As the other overload, with the services at hand.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Configures the client.</param>
    /// <param name="lifetime">Of the client.</param>
    public static void AddDaprClient(
        this IServiceCollection services,
        Action<IServiceProvider, DaprClientBuilder> configure,
        ServiceLifetime lifetime = ServiceLifetime.Singleton) =>
        Add(services, (provider, builder) => configure?.Invoke(provider, builder), lifetime);

    private static void Add(IServiceCollection services, Action<IServiceProvider, DaprClientBuilder> configure, ServiceLifetime lifetime)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAdd(new ServiceDescriptor(typeof(DaprClient), Create, lifetime));

        DaprClient Create(IServiceProvider provider)
        {
            var configuration = provider.GetService<IConfiguration>();
            var builder = new DaprClientBuilder().UseHttpEndpoint(DaprDefaults.HttpEndpoint(configuration));
            if (DaprDefaults.DaprApiToken(configuration) is { } token && !string.IsNullOrWhiteSpace(token)) builder.UseDaprApiToken(token);
            configure(provider, builder);
            return builder.Build();
        }
    }
}
