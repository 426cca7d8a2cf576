using Gateway.Queue.Observers;

namespace Gateway.Api.Channels.Customers;

/// <summary>Adds the channels of customers.</summary>
internal static class CustomerChannelRegistration
{
    /// <summary>Adds <see cref="CustomerChannels"/>, beside the queue and the relational store; the surface brings <see cref="ICustomerWords"/>.</summary>
    public static IServiceCollection AddCustomerChannels(this IServiceCollection services)
    {
        services.AddSingleton<CustomerChannels>();
        services.AddSingleton<IQueueEventObserver>(provider => provider.GetRequiredService<CustomerChannels>());
        services.AddSingleton<ILiveObserver>(provider => provider.GetRequiredService<CustomerChannels>());
        services.AddHostedService<CustomerWatch>();
        return services;
    }
}
