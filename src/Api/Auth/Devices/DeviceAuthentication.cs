using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Devices;

/// <summary>Registers the scheme and policy <see cref="GatewaySchemes.Device"/>.</summary>
internal static class DeviceAuthentication
{
    /// <summary>
    /// Adds <see cref="DeviceAuthenticator"/>, <see cref="DeviceTokens"/> and the scheme, on the relational store and the counters of
    /// rate limits. Settings: section <c>Gateway:DeviceAuth</c>.
    /// </summary>
    public static IServiceCollection AddDeviceAuthentication(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDeviceCredentialStore, RelationalDeviceStore>();
        services.TryAddSingleton<IDeviceTokenStore, RelationalDeviceStore>();
        services.TryAddSingleton<ISecretCheck, SecretCheck>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<DeviceAuthenticator>();
        services.AddSingleton<DeviceTokens>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DeviceAuthOptions>, DeviceAuthOptionsValidator>());
        services.AddOptions<DeviceAuthOptions>().BindConfiguration(DeviceAuthOptions.Section).ValidateOnStart();

        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, DeviceAuthenticationHandler>(GatewaySchemes.Device, configureOptions: null);
        services.AddAuthorizationBuilder().AddPolicy(
            GatewaySchemes.Device,
            policy => policy.AddAuthenticationSchemes(GatewaySchemes.Device).RequireClaim(GatewayClaims.Device));
        return services;
    }
}
