using System.Security.Cryptography;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Tests.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>Keys beside those of <see cref="JwtFixture"/>, and how all of them are written and used.</summary>
internal static class Keys
{
    /// <summary>Published as well, by another name.</summary>
    public static RSA OtherRsa { get; } = RSA.Create(2048);

    /// <summary>Somebody else's.</summary>
    public static RSA StrangersRsa { get; } = RSA.Create(2048);

    public static string RsaJwk(RSA key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return $$"""{"kty":"RSA","kid":"{{kid}}","alg":"RS256","use":"sig","n":"{{StrictBase64Url.Encode(parameters.Modulus)}}","e":"{{StrictBase64Url.Encode(parameters.Exponent)}}"}""";
    }

    public static string EcJwk(ECDsa key, string kid)
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","alg":"ES256","use":"sig","x":"{{StrictBase64Url.Encode(point.X)}}","y":"{{StrictBase64Url.Encode(point.Y)}}"}""";
    }

    /// <summary>A token by HMAC with SHA-256, whatever its header says.</summary>
    public static string Hmac(byte[] secret, string header, string claims) =>
        JwtFixture.Sign(header, claims, input => HMACSHA256.HashData(secret, input));

    /// <summary>A token by RSASSA-PKCS1-v1_5 with SHA-256, whatever its header says.</summary>
    public static string Rsa(RSA key, string header, string claims) =>
        JwtFixture.Sign(header, claims, input => key.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}
