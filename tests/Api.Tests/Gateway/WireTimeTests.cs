using Gateway.Api.Wire;

namespace Gateway.Api.Tests.Gateway;

public sealed class WireTimeTests
{
    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z")]
    [InlineData("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500Z")]
    [InlineData("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123Z")]
    [InlineData("2026-01-01T02:30:00+02:30", "2026-01-01T00:00:00.000Z")]
    [InlineData("2025-12-31T16:00:00.000-08:00", "2026-01-01T00:00:00.000Z")]
    [InlineData("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z")]
    public void Parse_Rfc3339_IsTheSameMomentInUtc(string text, string utc)
    {
        Assert.True(WireTime.TryParse(text, out var at));
        Assert.Equal(utc, WireTime.Text(at));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-01")]
    [InlineData("2026-01-01T00:00:00")]
    [InlineData("2026-01-01T00:00Z")]
    [InlineData("2026-01-01 00:00:00Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-01-01T24:00:00Z")]
    [InlineData("2026-01-01T00:00:60Z")]
    [InlineData("2026-01-01T00:00:00.Z")]
    [InlineData("2026-01-01T00:00:00.12345678xZ")]
    [InlineData("2026-01-01T00:00:00+25:00")]
    [InlineData("2026-01-01T00:00:00+0100")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData(" 2026-01-01T00:00:00Z")]
    [InlineData("2026-01-01T00:00:00Z ")]
    [InlineData("1767225600000")]
    public void Parse_AnythingElse_IsRefused(string text) => Assert.False(WireTime.TryParse(text, out _));
}
