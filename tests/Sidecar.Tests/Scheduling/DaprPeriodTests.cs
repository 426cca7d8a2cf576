using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Tests.Scheduling;

// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/
public sealed class DaprPeriodTests
{
    [Theory]
    [InlineData("0h0m1s0ms", 1000)]
    [InlineData("1s", 1000)]
    [InlineData("1500ms", 1500)]
    [InlineData("1.5s", 1500)]
    [InlineData("-1s", -1000)]
    [InlineData("0", 0)]
    [InlineData("PT1S", 1000)]
    [InlineData("P0Y0M0DT0H0M1S", 1000)]
    [InlineData("PT1H2M3S", 3723000)]
    public void TryParse_GoOrIsoDuration_IsRead(string text, double milliseconds)
    {
        Assert.True(DaprPeriod.TryParse(text, out DaprPeriod period));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), period.Time);
        Assert.Null(period.Repetitions);
    }

    [Theory]
    [InlineData("R3/PT1S", 3, 1)]
    [InlineData("R0/PT1S", 0, 1)]
    [InlineData("R3", 3, 0)]
    public void TryParse_Repetitions_AreRead(string text, int repetitions, int seconds)
    {
        Assert.True(DaprPeriod.TryParse(text, out DaprPeriod period));
        Assert.Equal(repetitions, period.Repetitions);
        Assert.Equal(TimeSpan.FromSeconds(seconds), period.Time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1")]
    [InlineData("00:00:01")]
    [InlineData("@every 1s")]
    [InlineData("*/1 * * * * *")]
    [InlineData("PT1.5S")]
    [InlineData("P")]
    [InlineData("PT1")]
    [InlineData("P1S")]
    [InlineData("R/PT1S")]
    [InlineData("R3/1s")]
    [InlineData("R3/0h0m1s0ms")]
    [InlineData("PT99999999999S")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(DaprPeriod.TryParse(text, out _));

    [Fact]
    public void AddTo_CalendarParts_FollowTheCalendar()
    {
        Assert.True(DaprPeriod.TryParse("P1Y1M1W1DT1H", out DaprPeriod period));
        Assert.Equal(
            new DateTimeOffset(2025, 3, 8, 1, 0, 0, TimeSpan.Zero),
            period.AddTo(new DateTimeOffset(2024, 1, 29, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("P99999999Y")]
    [InlineData("P99999999M")]
    [InlineData("P99999999W")]
    public void AddTo_PastTheEndOfTime_StaysThere(string text)
    {
        Assert.True(DaprPeriod.TryParse(text, out DaprPeriod period));
        Assert.Equal(DateTimeOffset.MaxValue, period.AddTo(DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ms")]
    [InlineData(1000, "1s")]
    [InlineData(1500, "1.5s")]
    [InlineData(60000, "1m0s")]
    [InlineData(3600000, "1h0m0s")]
    [InlineData(90061001, "25h1m1.001s")]
    [InlineData(-1000, "-1s")]
    public void Format_Duration_IsWrittenAsGoDoes(double milliseconds, string text) =>
        Assert.Equal(text, GoDurationText.Format(TimeSpan.FromMilliseconds(milliseconds)));
}
