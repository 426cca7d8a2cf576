using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwt;

public class StrictBase64UrlTests
{
    [Theory]
    [InlineData("", new byte[0])]
    [InlineData("Zg", new byte[] { 0x66 })]
    [InlineData("Zm8", new byte[] { 0x66, 0x6f })]
    [InlineData("Zm9v", new byte[] { 0x66, 0x6f, 0x6f })]
    [InlineData("A-z_4ME", new byte[] { 3, 236, 255, 224, 193 })] // RFC 7515 appendix C
    public void TryDecode_CanonicalText_GivesItsBytes(string text, byte[] expected)
    {
        Assert.True(StrictBase64Url.TryDecode(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("Zg==")] // padding
    [InlineData("Zm8=")]
    [InlineData("Z")] // no length of any bytes
    [InlineData("Zm9vZ")]
    [InlineData("Zh")] // trailing bits that encode nothing
    [InlineData("Zm9")]
    [InlineData("Zm 9v")] // white space
    [InlineData("Zm9v\n")]
    [InlineData("Zm9v Zg")]
    [InlineData("+/+/")] // the other alphabet
    [InlineData("Zm9\u0000")]
    [InlineData("Zm9\u017f")]
    public void TryDecode_AnythingElse_IsRefused(string text) => Assert.False(StrictBase64Url.TryDecode(text, out _));
}
