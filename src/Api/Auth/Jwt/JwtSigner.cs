using System.Text;
using System.Text.Json;

namespace Gateway.Api.Auth.Jwt;

/// <summary>
/// Signs tokens by HS256: for <c>gateway token --customer NAME</c> in Development, where no Supabase issues them.
/// </summary>
internal sealed class JwtSigner(HmacJwtKey key, JwtRules rules, TimeProvider time)
{
    private static readonly string Header = StrictBase64Url.Encode("""{"alg":"HS256","typ":"JWT"}"""u8);

    /// <summary>A token for <paramref name="subject"/>, valid from now for <paramref name="lifetime"/>, that satisfies the rules.</summary>
    /// <exception cref="ArgumentException">The subject is not 1 to 128 printable ASCII characters.</exception>
    public string Sign(string subject, TimeSpan lifetime)
    {
        if (!JwtVerifier.IsSubject(subject))
            throw new ArgumentException("A customer's name has 1 to 128 printable ASCII characters, and no space at either end.", nameof(subject));

        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
        };
        if (rules.Audience is { } audience) claims["aud"] = audience;
        if (rules.Issuer is { } issuer) claims["iss"] = issuer;

        var signingInput = $"{Header}.{StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signingInput}.{StrictBase64Url.Encode(key.Sign(Encoding.ASCII.GetBytes(signingInput)))}";
    }
}
