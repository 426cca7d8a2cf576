using Gateway.Api.Auth.Jwt;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Customers;

/// <summary>Makes customers' tokens for the command <c>token --customer NAME</c>, beside a running server or before its first start.</summary>
internal static class CustomerTokenIssuer
{
    /// <summary>
    /// A token that the server with the same settings and data folder takes: <c>aud</c> = <c>authenticated</c>,
    /// <c>sub</c> = <paramref name="customer"/>. Null when there is no shared secret to sign with (only SUPABASE_URL is
    /// set, or nothing is and this is not Development): Supabase issues the tokens then.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not 1 to 128 printable ASCII characters; the message says so.</exception>
    /// <exception cref="OptionsValidationException">The settings are wrong; all errors in its message.</exception>
    /// <exception cref="IOException">The data folder cannot be read or written.</exception>
    public static string? Issue(
        IConfiguration configuration, IHostEnvironment environment, string dataPath, TimeProvider time, string customer, TimeSpan lifetime)
    {
        var setup = new SupabaseOptionsSetup(configuration, environment, new GatewayAuthPaths(dataPath));
        var options = new OptionsFactory<SupabaseOptions>([setup], [], [setup]).Create(Options.DefaultName);
        return options.SecretKey is { } key ? new JwtSigner(key, options.Rules, time).Sign(customer, lifetime) : null;
    }
}
