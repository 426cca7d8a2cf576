using System.Text;
using Gateway.Api.Auth.Jwt;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Customers;

/// <summary>Reads <see cref="SupabaseOptions"/> from the configuration, fills in Development's own secret, reports every error at once.</summary>
internal sealed class SupabaseOptionsSetup(IConfiguration configuration, IHostEnvironment environment, GatewayAuthPaths paths)
    : IConfigureOptions<SupabaseOptions>, IValidateOptions<SupabaseOptions>
{
    /// <inheritdoc />
    public void Configure(SupabaseOptions options)
    {
        options.JwtSecret = Setting(SupabaseOptions.JwtSecretName);
        options.Url = Setting(SupabaseOptions.UrlName);
        if (options.IsConfigured || !environment.IsDevelopment()) return;
        options.JwtSecret = DevelopmentSecrets.LoadOrCreate(paths.DataPath)
            .GetOrAdd(SupabaseOptions.JwtSecretName, DevelopmentSecrets.NewSecret);
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SupabaseOptions options)
    {
        var errors = new List<string>();
        if (options.JwtSecret is { } secret && Encoding.UTF8.GetByteCount(secret) is var bytes and < HmacJwtKey.MinBytes)
            errors.Add($"{SupabaseOptions.JwtSecretName} has {bytes} bytes; HS256 needs at least {HmacJwtKey.MinBytes} (RFC 7518 section 3.2).");

        if (options.Url is { } url && ProblemOf(url) is { } problem)
            errors.Add($"{SupabaseOptions.UrlName} is '{Shown(url)}'; {problem}");

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private string? ProblemOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            return "it must be an absolute https address, such as https://project.supabase.co.";
        }

        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            return "it must have no user, query or fragment.";
        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !environment.IsDevelopment())
            return "plain http is only for loopback or Development.";
        return null;
    }

    /// <summary>An address without what may be a password in it.</summary>
    private static string Shown(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : url;

    private string? Setting(string name) => configuration[name] is { Length: > 0 } value ? value : null;
}
