using System.Globalization;
using System.Net;
using Gateway.Api.Tests.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>Customers' tokens over HTTP: which get in, and what the others hear.</summary>
public sealed class CustomerTokenTests(CustomerSurface surface) : IClassFixture<CustomerSurface>
{
    public static TheoryData<string> Forgeries => [.. ForgedTokens.All.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task ForgedToken_IsRefusedLikeAnyOther_AndNoKeyIsFetchedForIt(string what)
    {
        await surface.RefusesAsync(ForgedTokens.All[what](surface.Stranger));
        Assert.Equal(0, surface.StrangersVisitors);
    }

    [Theory]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"../../../../dev/null"}""")]
    [InlineData("""{"alg":"RS256","kid":"rsa-1"}""")]
    [InlineData("""{"alg":"RS256","kid":"rsa-2"}""")]
    [InlineData("""{"alg":"RS256","kid":"rsa-1","jku":"http://stranger.example/keys","x5u":"http://stranger.example/x","jwk":{"kty":"RSA"}}""")]
    [InlineData("""{"alg":"ES256","kid":"ec-1"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    public async Task TokenByTheRightKey_IsAccepted(string header)
    {
        var claims = JwtFixture.Claims();
        await surface.AcceptsAsync(header switch
        {
            _ when header.Contains("HS256", StringComparison.Ordinal) => CustomerSurface.Hs256(header, claims),
            _ when header.Contains("rsa-2", StringComparison.Ordinal) => Keys.Rsa(Keys.OtherRsa, header, claims),
            _ when header.Contains("RS256", StringComparison.Ordinal) => Keys.Rsa(JwtFixture.Rsa, header, claims),
            _ => JwtFixture.Es256(header, claims),
        });
    }

    [Theory]
    [InlineData("exp", -59, true)]
    [InlineData("exp", -60, false)]
    [InlineData("exp", -61, false)]
    [InlineData("nbf", 59, true)]
    [InlineData("nbf", 60, true)]
    [InlineData("nbf", 61, false)]
    [InlineData("iat", 59, true)]
    [InlineData("iat", 61, false)]
    public async Task ClockSkew_IsSixtySeconds(string claim, int secondsFromNow, bool accepted)
    {
        var at = JwtFixture.Seconds(secondsFromNow);
        foreach (var sign in (Func<string, string>[])[CustomerSurface.Hs256, claims => Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256","kid":"rsa-1"}""", claims)])
        {
            var token = sign(claim == "exp" ? JwtFixture.Claims(exp: at) : JwtFixture.Claims($",\"{claim}\":{at.ToString(CultureInfo.InvariantCulture)}"));
            if (accepted) await surface.AcceptsAsync(token);
            else await surface.RefusesAsync(token, claim == "exp" ? "The token has expired." : "The token is not valid.");
        }
    }

    [Theory]
    [InlineData("\"aud\":\"authenticated\"", true)]
    [InlineData("\"aud\":[\"authenticated\"]", true)]
    [InlineData("\"aud\":[\"other\",\"authenticated\"]", true)]
    [InlineData("\"aud\":[]", false)]
    [InlineData("\"aud\":[\"authenticated\",7]", false)]
    [InlineData("\"aud\":\"anon\"", false)]
    [InlineData("\"aud\":\"Authenticated\"", false)]
    [InlineData("\"aud\":\"authenticated other\"", false)]
    [InlineData("\"aud\":null", false)]
    [InlineData("\"aud\":{\"authenticated\":true}", false)]
    [InlineData("\"role\":\"authenticated\"", false)]
    public async Task Audience_MustNameUs(string aud, bool accepted) =>
        await JudgesAsync($$"""{"sub":"a","exp":4102444800,{{aud}}}""", accepted);

    [Theory]
    [InlineData("\"8a6e0804-2bd0-4672-b79d-d97027f9071a\"", true)]
    [InlineData("\"a@example.com\"", true)]
    [InlineData("\"\"", false)]
    [InlineData("\" a\"", false)]
    [InlineData("\"a\\r\\nX-Other: b\"", false)]
    [InlineData("\"a\\u0000\"", false)]
    [InlineData("\"J\u00f6rg\"", false)]
    [InlineData("\"\\ud800\"", false)]
    [InlineData("null", false)]
    [InlineData("7", false)]
    [InlineData("[\"a\"]", false)]
    public async Task Subject_IsPlainText(string sub, bool accepted) =>
        await JudgesAsync($$"""{"sub":{{sub}},"aud":"authenticated","exp":4102444800}""", accepted);

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task Subject_HasAtMost128Characters(int length, bool accepted) =>
        await JudgesAsync($$"""{"sub":"{{new string('s', length)}}","aud":"authenticated","exp":4102444800}""", accepted);

    [Theory]
    [InlineData("")]
    [InlineData("\"exp\":null,")]
    [InlineData("\"exp\":\"4102444800\",")]
    [InlineData("\"exp\":1e400,")]
    [InlineData("\"exp\":-1,")]
    [InlineData("\"exp\":4102444800,\"nbf\":\"0\",")]
    public async Task Dates_MissingOrNoNumbers_AreRefused(string dates) =>
        await JudgesAsync($$"""{{{dates}}"sub":"a","aud":"authenticated"}""", accepted: false);

    [Fact]
    public async Task Size_EndsAt8KiB()
    {
        // Base64url makes four letters of three bytes: the claims are filled up until the token has exactly 8,192 or 8,193.
        string TokenOf(int length)
        {
            for (var fill = 5500; ; fill++)
            {
                var token = CustomerSurface.Hs256(JwtFixture.Claims($",\"x\":\"{new string('x', fill)}\""));
                if (token.Length >= length) return token;
            }
        }

        var longest = TokenOf(8_191);
        Assert.InRange(longest.Length, 8_191, 8_192);
        await surface.AcceptsAsync(longest);
        await surface.RefusesAsync(TokenOf(8_193));
    }

    [Fact]
    public async Task HeaderPast32KiB_IsRefusedByTheServerItself()
    {
        var reply = await surface.AskAsync(new string('A', 40 * 1024));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, reply.Status);
    }

    [Fact]
    public async Task CustomerOfOneKindOfToken_IsTheSameByAnother()
    {
        var byRsa = surface.Host.WithToken(Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256","kid":"rsa-1"}""", JwtFixture.Claims()));
        var id = surface.Host.NewName("pi");
        (await byRsa.PostAsync("/api/v1/customer/devices/provision", new { deviceId = id })).Is(HttpStatusCode.Created);

        var bySecret = surface.Host.WithToken(CustomerSurface.Hs256(JwtFixture.Claims()));
        (await bySecret.GetAsync($"/api/v1/customer/devices/{id}/status")).Is(HttpStatusCode.OK);
        var other = surface.Host.WithToken(CustomerSurface.Hs256("""{"sub":"customer-2","aud":"authenticated","exp":4102444800}"""));
        (await other.GetAsync($"/api/v1/customer/devices/{id}/status")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    private async Task JudgesAsync(string claims, bool accepted)
    {
        if (accepted) await surface.AcceptsAsync(CustomerSurface.Hs256(claims));
        else await surface.RefusesAsync(CustomerSurface.Hs256(claims));
    }
}
