using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Channels.Sockets;

/// <summary>Adds raw WebSockets.</summary>
internal static class SocketRegistration
{
    /// <summary>Adds <see cref="SocketServer"/>, <see cref="SocketSeats"/> and what they need. Settings: section <c>Gateway:Channels</c>.</summary>
    public static IServiceCollection AddSockets(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ChannelOptions>().BindConfiguration(ChannelOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChannelOptions>, ChannelOptionsValidator>());
        services.AddMetrics();
        services.AddSingleton<SocketMetrics>();
        services.AddSingleton<OriginRule>();
        services.AddSingleton<SocketSeats>();
        services.AddSingleton<SocketServer>();
        services.AddSingleton<OpenSockets>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenSockets>());
        return services;
    }
}
