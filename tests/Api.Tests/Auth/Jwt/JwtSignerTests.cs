using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwt;

public sealed class JwtSignerTests
{
    private readonly JwtFixture jwt = new();

    [Fact]
    public async Task Sign_ACustomersName_GivesATokenThatTheVerifierTakes()
    {
        var rules = new JwtRules { Audience = "authenticated", Issuer = "http://localhost/auth/v1" };
        var token = new JwtSigner(new HmacJwtKey(JwtFixture.Secret), rules, jwt.Time).Sign("Ada \"L\" <x>", TimeSpan.FromHours(12));

        var result = await new JwtVerifier(jwt, rules, jwt.Time).VerifyAsync(token, CancellationToken.None);

        Assert.Equal(new JwtResult(JwtFailure.None, new JwtClaims("Ada \"L\" <x>", JwtFixture.Now.AddHours(12))), result);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    [InlineData("J\u00f6rg")]
    public void Sign_NameThatNoTokenMayCarry_Throws(string name) =>
        Assert.Throws<ArgumentException>(() =>
            new JwtSigner(new HmacJwtKey(JwtFixture.Secret), new JwtRules(), jwt.Time).Sign(name, TimeSpan.FromHours(1)));
}
