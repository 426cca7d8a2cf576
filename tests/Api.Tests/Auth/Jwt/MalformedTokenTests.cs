using System.Text;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwt;

public sealed class MalformedTokenTests
{
    private readonly JwtFixture jwt = new();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30")]
    [InlineData(".e30.AAAA")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAAA.AAAA")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAAA.AAAA.AAAA")]
    [InlineData(" eyJhbGciOiJIUzI1NiJ9.e30.AAAA")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAA=")]
    [InlineData("W10.e30.AAAA")] // a header that is []
    [InlineData("{\"alg\":\"HS256\"}.{}.AAAA")]
    public async Task Verify_NotThreePartsOfBase64Url_IsMalformed(string token) =>
        Assert.Equal(JwtFailure.Malformed, await jwt.FailureOf(token));

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    [InlineData("""{"alg":"none","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","\u0061lg":"none"}""")]
    [InlineData("""{"alg":"HS256","kid":"a","kid":"b"}""")]
    [InlineData("""{"alg":"HS256","x":{"y":1,"y":2}}""")]
    [InlineData("""{"alg":"HS256",}""")]
    [InlineData("""{"alg":"HS256"} {}""")]
    [InlineData("""{"alg":"HS256"/*c*/}""")]
    [InlineData("""{'alg':'HS256'}""")]
    [InlineData("\ufeff{\"alg\":\"HS256\"}")]
    public async Task Verify_HeaderWithDoubledMembersOrNoJson_IsMalformed(string header) =>
        Assert.Equal(JwtFailure.Malformed, await jwt.FailureOf(JwtFixture.Hs256(header, JwtFixture.Claims())));

    [Theory]
    [InlineData("""{"sub":"a","sub":"b","aud":"authenticated","exp":4102444800}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":1,"exp":4102444800}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":4102444800,"user":{"role":"x","role":"y"}}""")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("")]
    public async Task Verify_SignedClaimsWithDoubledMembersOrNoObject_IsMalformed(string claims) =>
        Assert.Equal(JwtFailure.Malformed, await jwt.FailureOf(JwtFixture.Hs256(claims)));

    [Fact]
    public async Task Verify_InvalidUtf8_IsMalformed()
    {
        var header = StrictBase64Url.Encode([.. "{\"alg\":\"HS256\",\"x\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        Assert.Equal(JwtFailure.Malformed, await jwt.FailureOf($"{header}.e30.AAAA"));
    }

    [Fact]
    public async Task Verify_NameThatIsHalfASurrogatePair_NeverThrows()
    {
        Assert.NotEqual(JwtFailure.None, await jwt.FailureOf(JwtFixture.Hs256("""{"\ud800":1,"\udc00":2,"alg":"none"}""", JwtFixture.Claims())));
        Assert.Equal(JwtFailure.Malformed, await jwt.FailureOf(JwtFixture.Hs256("""{"sub":"a","\ud800":1,"\ud800":2}""")));
    }

    [Fact]
    public async Task Verify_DeeplyNestedClaims_IsMalformed() =>
        Assert.Equal(
            JwtFailure.Malformed,
            await jwt.FailureOf(JwtFixture.Hs256($$"""{"a":{{new string('[', 1000)}}{{new string(']', 1000)}}}""")));

    [Theory]
    [InlineData(8192, nameof(JwtFailure.Malformed))]
    [InlineData(8193, nameof(JwtFailure.TooLarge))]
    public async Task Verify_Length_EndsAt8KiB(int length, string expected) =>
        Assert.Equal(expected, (await jwt.FailureOf(new string('A', length))).ToString());

    [Fact]
    public async Task Verify_AnyChangeToAGoodToken_IsRefusedWithoutAnException()
    {
        // A fixed seed: the same 6,000 changes in every run.
        var random = new Random(7515);
        string[] good =
        [
            JwtFixture.Hs256(JwtFixture.Claims()),
            JwtFixture.Rs256("""{"alg":"RS256","kid":"rsa-1"}""", JwtFixture.Claims()),
            JwtFixture.Es256("""{"alg":"ES256","kid":"ec-1"}""", JwtFixture.Claims()),
        ];
        const string Letters = "ABCabc019-_.=+/ \n\0\u00e9\ud800";
        for (var i = 0; i < 6000; i++)
        {
            var token = good[i % good.Length];
            var changed = new StringBuilder(token);
            var at = random.Next(token.Length);
            switch (random.Next(4))
            {
                case 0: changed[at] = Letters[random.Next(Letters.Length)]; break;
                case 1: changed.Insert(at, Letters[random.Next(Letters.Length)]); break;
                case 2: changed.Remove(at, random.Next(1, token.Length - at + 1)); break;
                default: changed.Append(token.AsSpan(0, at)); break;
            }

            if (changed.ToString() == token) continue;
            Assert.NotEqual(JwtFailure.None, await jwt.FailureOf(changed.ToString()));
        }
    }
}
