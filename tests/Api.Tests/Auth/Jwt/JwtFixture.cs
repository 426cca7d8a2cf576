using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth.Jwt;
using Gateway.TestKit;

namespace Gateway.Api.Tests.Auth.Jwt;

/// <summary>Keys, a clock that stands at <see cref="Now"/>, and tokens of any shape.</summary>
internal sealed class JwtFixture : IJwtKeySource
{
    public const string Customer = "customer-1";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly byte[] Secret = Encoding.UTF8.GetBytes("a secret of the tests, 32 bytes or more");

    private readonly Dictionary<(JwtAlgorithm, string?), JwtKey> keys = [];

    public JwtFixture()
    {
        keys[(JwtAlgorithm.HS256, null)] = new HmacJwtKey(Secret);
        keys[(JwtAlgorithm.RS256, "rsa-1")] = PublicKey(Rsa, "rsa-1");
        keys[(JwtAlgorithm.ES256, "ec-1")] = PublicKey(Ec, "ec-1");
        Verifier = new JwtVerifier(this, new JwtRules { Audience = "authenticated" }, Time);
    }

    /// <summary>Making an RSA key takes a fifth of a second: one serves all tests.</summary>
    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ManualTimeProvider Time { get; } = new(Now);

    public JwtVerifier Verifier { get; }

    /// <summary>Answers every look-up with "not readable now".</summary>
    public bool Unreadable { get; set; }

    public static long Seconds(double fromNow = 0) => Now.AddSeconds(fromNow).ToUnixTimeSeconds();

    public static string Claims(string more = "", long? exp = null) =>
        $$"""{"sub":"{{Customer}}","aud":"authenticated","exp":{{exp ?? Seconds(3600)}}{{more}}}""";

    public static string Encode(string text) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(text));

    public static string Hs256(string header, string claims) =>
        Sign(header, claims, input => HMACSHA256.HashData(Secret, input));

    public static string Hs256(string claims) => Hs256("""{"alg":"HS256","typ":"JWT"}""", claims);

    public static string Rs256(string header, string claims) =>
        Sign(header, claims, input => Rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(string header, string claims) => Sign(header, claims, input => Ec.SignData(input, HashAlgorithmName.SHA256));

    public static string Sign(string header, string claims, Func<byte[], byte[]> sign)
    {
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{StrictBase64Url.Encode(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    public static RsaJwtKey PublicKey(RSA rsa, string? kid)
    {
        var parameters = rsa.ExportParameters(false);
        return RsaJwtKey.TryCreate(parameters.Modulus, parameters.Exponent, kid)!;
    }

    public static EcJwtKey PublicKey(ECDsa ec, string? kid)
    {
        var parameters = ec.ExportParameters(false);
        return EcJwtKey.TryCreate(parameters.Q.X, parameters.Q.Y, kid)!;
    }

    public async Task<JwtFailure> FailureOf(string token) => (await Verifier.VerifyAsync(token, CancellationToken.None)).Failure;

    public ValueTask<JwtKeyLookup> FindAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken)
    {
        if (Unreadable) return ValueTask.FromResult(JwtKeyLookup.NotReadable);
        return ValueTask.FromResult(keys.TryGetValue((algorithm, keyId), out var key) ? JwtKeyLookup.Found(key) : JwtKeyLookup.Unknown);
    }
}
