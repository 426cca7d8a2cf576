using System.Security.Cryptography;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwt;

public class JwtKeyTests
{
    [Fact]
    public void HmacKey_Under32Bytes_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HmacJwtKey(new byte[31]));
        Assert.Equal(JwtAlgorithm.HS256, new HmacJwtKey(new byte[32]).Algorithm);
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(2047, false)]
    [InlineData(2048, true)]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    public void RsaKey_Size_IsBounded(int bits, bool accepted)
    {
        var modulus = new byte[(bits + 7) / 8];
        Array.Fill(modulus, (byte)0xff);
        modulus[0] = (byte)(0xff >> ((8 - (bits % 8)) % 8));
        Assert.Equal(accepted, RsaJwtKey.TryCreate(modulus, [1, 0, 1], null) is not null);
        Assert.Equal(accepted, RsaJwtKey.TryCreate([0, 0, .. modulus], [1, 0, 1], null) is not null);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 4 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1 })]
    public void RsaKey_BadExponent_IsRefused(byte[] exponent)
    {
        using var rsa = RSA.Create(2048);
        Assert.Null(RsaJwtKey.TryCreate(rsa.ExportParameters(false).Modulus, exponent, null));
    }

    [Fact]
    public void EcKey_PointNotOnTheCurve_IsRefused()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = ec.ExportParameters(false).Q;
        point.Y![31] ^= 1;
        Assert.Null(EcJwtKey.TryCreate(point.X, point.Y, null));
        Assert.Null(EcJwtKey.TryCreate(new byte[32], new byte[32], null));
        Assert.Null(EcJwtKey.TryCreate(point.X.AsSpan(1), point.Y, null));
    }

    [Fact]
    public async Task Keys_UsedByManyThreads_AllVerify()
    {
        var jwt = new JwtFixture();
        var token = JwtFixture.Es256("""{"alg":"ES256","kid":"ec-1"}""", JwtFixture.Claims());
        var failures = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => jwt.FailureOf(token))));
        Assert.All(failures, failure => Assert.Equal(JwtFailure.None, failure));
    }
}
