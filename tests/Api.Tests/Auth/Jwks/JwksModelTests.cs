using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth.Jwks;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Tests.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwks;

public class JwksModelTests
{
    [Fact]
    public void Rfc7517A1_KeySet_KeepsTheSigningKeyAndSkipsTheEncryptionKey()
    {
        var keys = Parse(RfcVectors.KeySet)!;
        Assert.Equal(1, keys.Count);
        Assert.Equal(1, keys.Skipped);
        Assert.NotNull(keys.Find(JwtAlgorithm.RS256, "2011-04-29"));
        Assert.Null(keys.Find(JwtAlgorithm.ES256, "1"));
    }

    [Fact]
    public void Rfc7515A2AndA3_KeysAsAKeySet_VerifyTheirTokens()
    {
        var keys = Parse($$"""
            {"keys":[
              {"kty":"RSA","n":"{{RfcVectors.Rs256Modulus}}","e":"AQAB"},
              {"kty":"EC","crv":"P-256","x":"{{RfcVectors.Es256X}}","y":"{{RfcVectors.Es256Y}}"}]}
            """)!;
        foreach (var token in new[] { RfcVectors.Rs256Token, RfcVectors.Es256Token })
        {
            CompactJws.TryParse(token, out var jws);
            Assert.True(jws!.IsSignedBy(keys.Find(jws.Algorithm, jws.KeyId)!));
        }
    }

    [Theory]
    [InlineData("""{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","alg":"HS256","kid":"a"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}""")]
    [InlineData("""{"kty":"ec","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a"}""")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","kid":"a"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a","use":"enc"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a","key_ops":["deriveKey"]}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a","alg":"RS256"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"a","alg":"ECDH-ES"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":7}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"}""")]
    [InlineData("""{"kid":"a"}""")]
    [InlineData("7")]
    [InlineData("null")]
    public void Parse_KeyThatIsNotForUs_SkipsItAndKeepsTheOthers(string key)
    {
        var keys = Parse($$"""{"keys":[{{key}},{{Ec("good")}}]}""")!;
        Assert.Equal(1, keys.Count);
        Assert.Equal(1, keys.Skipped);
        Assert.Null(keys.Find(JwtAlgorithm.HS256, "a"));
        Assert.NotNull(keys.Find(JwtAlgorithm.ES256, "good"));
    }

    [Fact]
    public void Find_TokenWithoutKid_TakesTheKeyOnlyWhenThereIsOne()
    {
        Assert.NotNull(Parse($$"""{"keys":[{{Ec("a")}}]}""")!.Find(JwtAlgorithm.ES256, null));
        Assert.Null(Parse($$"""{"keys":[{{Ec("a")}},{{Ec("b")}}]}""")!.Find(JwtAlgorithm.ES256, null));
        Assert.Null(Parse($$"""{"keys":[{{Ec("a")}}]}""")!.Find(JwtAlgorithm.RS256, null));
    }

    [Fact]
    public void Parse_MoreThan100Keys_LooksAtTheFirst100() =>
        Assert.Equal(100, Parse($$"""{"keys":[{{string.Join(',', Enumerable.Range(0, 101).Select(i => Ec($"k{i}")))}}]}""")!.Count);

    [Fact]
    public void Parse_NoKeys_IsAKeySet() => Assert.Equal(0, Parse("""{"keys":[]}""")!.Count);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("<html>maintenance</html>")]
    public void Parse_NoKeySet_IsNull(string text) => Assert.Null(Parse(text));

    private static readonly Lazy<ECPoint> Point = new(() => JwtFixture.Ec.ExportParameters(false).Q);

    private static string Ec(string kid) =>
        $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","alg":"ES256","use":"sig","key_ops":["verify"],"x":"{{StrictBase64Url.Encode(Point.Value.X)}}","y":"{{StrictBase64Url.Encode(Point.Value.Y)}}"}""";

    private static JwksModel? Parse(string text) => JwksModel.TryParse(Encoding.UTF8.GetBytes(text));
}
