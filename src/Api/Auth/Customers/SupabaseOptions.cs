using System.Text;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Customers;

/// <summary>
/// Who signs customers' tokens: a Supabase project, by its shared secret, by its published keys, or both. With neither the
/// customers' endpoints answer 503; Development then makes a secret of its own.
/// </summary>
internal sealed class SupabaseOptions
{
    /// <summary>The setting (and environment variable) of <see cref="JwtSecret"/>.</summary>
    public const string JwtSecretName = "SUPABASE_JWT_SECRET";

    /// <summary>The setting (and environment variable) of <see cref="Url"/>.</summary>
    public const string UrlName = "SUPABASE_URL";

    /// <summary>The HS256 secret as text, at least 32 bytes of UTF-8. Default: none.</summary>
    public string? JwtSecret { get; set; }

    /// <summary>
    /// The project's address, <c>https://project.supabase.co</c>, whose JWKS has the RS256 and ES256 keys; plain http only
    /// for loopback or in Development. Default: none.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>Whether any customer's token can be verified at all.</summary>
    public bool IsConfigured => JwtSecret is not null || Url is not null;

    /// <summary>The key of <see cref="JwtSecret"/>, if set: Supabase uses the text's bytes as they are.</summary>
    public HmacJwtKey? SecretKey => JwtSecret is null ? null : new HmacJwtKey(Encoding.UTF8.GetBytes(JwtSecret));

    /// <summary>Where the project publishes its keys, if <see cref="Url"/> is set.</summary>
    public Uri? KeySetAddress => Issuer is null ? null : new Uri($"{Issuer}/.well-known/jwks.json");

    /// <summary>What tokens must say: <c>aud</c> is <c>authenticated</c>, <c>iss</c> where present the project's.</summary>
    public JwtRules Rules => new() { Audience = "authenticated", Issuer = Issuer };

    private string? Issuer => Url is null ? null : $"{Url.TrimEnd('/')}/auth/v1";
}
