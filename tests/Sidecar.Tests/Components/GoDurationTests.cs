using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Tests.Components;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1h30m", 5400_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("-200ms", -200)]
    [InlineData("+2s", 2000)]
    [InlineData("1500us", 1.5)]
    public void TryParse_GoDuration_IsRead(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("PT1S")]
    [InlineData("1..5s")]
    [InlineData("99999999999h")]
    public void TryParse_AnythingElse_IsNone(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
