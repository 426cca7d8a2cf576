using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Customers;

/// <summary>Registers the scheme and policy <see cref="GatewaySchemes.Customer"/>.</summary>
internal static class CustomerAuthentication
{
    /// <summary>
    /// Adds what verifies customers' tokens. Settings: <c>SUPABASE_JWT_SECRET</c>, <c>SUPABASE_URL</c>; errors in them
    /// stop the start, all named at once.
    /// </summary>
    public static IServiceCollection AddCustomerAuthentication(this IServiceCollection services, string dataPath)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new GatewayAuthPaths(dataPath));
        services.AddSingleton<SupabaseOptionsSetup>();
        services.AddSingleton<IConfigureOptions<SupabaseOptions>>(provider => provider.GetRequiredService<SupabaseOptionsSetup>());
        services.AddSingleton<IValidateOptions<SupabaseOptions>>(provider => provider.GetRequiredService<SupabaseOptionsSetup>());
        services.AddOptions<SupabaseOptions>().ValidateOnStart();

        services.AddSingleton(provider => new CustomerTokens(
            provider.GetRequiredService<IOptions<SupabaseOptions>>(),
            NewKeySetHttp(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService<CustomerSurfaceCheck>();

        services.AddAuthentication()
            .AddScheme<CustomerAuthenticationOptions, CustomerAuthenticationHandler>(GatewaySchemes.Customer, configureOptions: null);
        services.AddAuthorizationBuilder().AddPolicy(
            GatewaySchemes.Customer,
            policy => policy.AddAuthenticationSchemes(GatewaySchemes.Customer).RequireClaim(GatewayClaims.Customer));
        return services;
    }

    /// <summary>
    /// One connection per read at most, no cookies, and no redirects: the configured address alone says whose keys count.
    /// Connections are renewed, so that a moved name is followed.
    /// </summary>
    private static HttpMessageInvoker NewKeySetHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 1,
        MaxResponseHeadersLength = 16,
    });
}
