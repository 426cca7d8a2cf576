using Gateway.Api.Auth.Jwt;
using Gateway.TestKit;

namespace Gateway.Api.Tests.Auth.Jwt;

public class RfcVectorTests
{
    [Fact]
    public void Rfc7515A1_Hs256_Verifies() => AssertSigned(RfcVectors.Hs256Token, Hs256Key());

    [Fact]
    public void Rfc7515A2_Rs256_Verifies() => AssertSigned(
        RfcVectors.Rs256Token,
        RsaJwtKey.TryCreate(Decode(RfcVectors.Rs256Modulus), Decode(RfcVectors.Rs256Exponent), null)!);

    [Fact]
    public void Rfc7515A3_Es256_Verifies() => AssertSigned(
        RfcVectors.Es256Token,
        EcJwtKey.TryCreate(Decode(RfcVectors.Es256X), Decode(RfcVectors.Es256Y), null)!);

    [Fact]
    public void Rfc7515A5_Unsecured_IsRefused() =>
        Assert.Equal(JwtFailure.AlgorithmNotAllowed, CompactJws.TryParse(RfcVectors.UnsecuredToken, out _));

    [Fact]
    public void Rfc7515A4_Es512_IsRefused() =>
        Assert.Equal(JwtFailure.AlgorithmNotAllowed, CompactJws.TryParse(RfcVectors.Es512Token, out _));

    [Theory]
    [InlineData(RfcVectors.FlattenedToken)]
    [InlineData(RfcVectors.EncryptedToken)]
    public void Rfc7515A7AndRfc7519A1_JsonOrEncrypted_IsRefused(string token) =>
        Assert.Equal(JwtFailure.Malformed, CompactJws.TryParse(token, out _));

    [Fact]
    public void Rfc7515E_UnknownCriticalHeader_IsRefused() =>
        Assert.NotEqual(JwtFailure.None, CompactJws.TryParse(RfcVectors.CriticalToken, out _));

    [Theory]
    [InlineData(RfcVectors.Hs256Token)]
    [InlineData(RfcVectors.Rs256Token)]
    [InlineData(RfcVectors.Es256Token)]
    public void Rfc7515Vectors_OneLetterOfThePayloadChanged_DoNotVerify(string token)
    {
        JwtKey[] keys =
        [
            Hs256Key(),
            RsaJwtKey.TryCreate(Decode(RfcVectors.Rs256Modulus), Decode(RfcVectors.Rs256Exponent), null)!,
            EcJwtKey.TryCreate(Decode(RfcVectors.Es256X), Decode(RfcVectors.Es256Y), null)!,
        ];
        var dot = token.IndexOf('.', StringComparison.Ordinal) + 1;
        var changed = token[..dot] + 'f' + token[(dot + 1)..];

        Assert.Equal(JwtFailure.None, CompactJws.TryParse(changed, out var jws));
        Assert.DoesNotContain(keys, jws!.IsSignedBy);
    }

    [Fact]
    public async Task Rfc7519Section31_BeforeItsExpiry_FailsOnlyForWhatWeAskBeyondTheRfc()
    {
        // The example names no audience and no subject; nothing else may be wrong with it.
        Assert.Equal(JwtFailure.AudienceMismatch, await VerifyExample(new JwtRules { Audience = "authenticated" }, RfcVectors.Expires - 1));
        Assert.Equal(JwtFailure.SubjectInvalid, await VerifyExample(new JwtRules { Issuer = "joe" }, RfcVectors.Expires - 1));
        Assert.Equal(JwtFailure.IssuerMismatch, await VerifyExample(new JwtRules { Issuer = "jim" }, RfcVectors.Expires - 1));
    }

    [Fact]
    public async Task Rfc7519Section31_PastItsExpiryAndSkew_IsExpired() =>
        Assert.Equal(JwtFailure.Expired, await VerifyExample(new JwtRules(), RfcVectors.Expires + 60));

    private static async Task<JwtFailure> VerifyExample(JwtRules rules, long now)
    {
        var verifier = new JwtVerifier(
            new OneKey(Hs256Key()), rules, new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(now)));
        return (await verifier.VerifyAsync(RfcVectors.Hs256Token, CancellationToken.None)).Failure;
    }

    private static void AssertSigned(string token, JwtKey key)
    {
        Assert.Equal(JwtFailure.None, CompactJws.TryParse(token, out var jws));
        Assert.Equal(key.Algorithm, jws!.Algorithm);
        Assert.True(jws.IsSignedBy(key));
    }

    private static HmacJwtKey Hs256Key() => new(Decode(RfcVectors.Hs256Key));

    private static byte[] Decode(string text)
    {
        Assert.True(StrictBase64Url.TryDecode(text, out var bytes));
        return bytes;
    }

    private sealed class OneKey(JwtKey key) : IJwtKeySource
    {
        public ValueTask<JwtKeyLookup> FindAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken) =>
            ValueTask.FromResult(JwtKeyLookup.Found(key));
    }
}
