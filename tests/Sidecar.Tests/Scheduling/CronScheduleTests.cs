using System.Globalization;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Tests.Scheduling;

/// <summary>Schedules as Dapr's cron binding reads them: https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format.</summary>
public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z")]
    [InlineData("*/15 * * * * *", "2026-01-01T00:00:14.5Z", "2026-01-01T00:00:15Z")]
    [InlineData("30 5/10 * * * ?", "2026-01-01T00:05:30Z", "2026-01-01T00:15:30Z")]
    [InlineData("0 0 9-17 * * MON-FRI", "2026-01-02T17:00:00Z", "2026-01-05T09:00:00Z")]
    [InlineData("0 12 1 jan,jul *", "2026-01-01T12:00:00Z", "2026-07-01T12:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z")]
    [InlineData("0 0 */2 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@monthly", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("@daily", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")]
    [InlineData("@every 1h30m", "2026-01-01T00:00:00.5Z", "2026-01-01T01:30:00.5Z")]
    [InlineData("@every 500ms", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z")]
    [InlineData("TZ=Europe/Berlin 0 8 * * *", "2026-01-01T00:00:00Z", "2026-01-01T07:00:00Z")]
    [InlineData("CRON_TZ=Asia/Tokyo 0 8 * * *", "2026-01-01T00:00:00Z", "2026-01-01T23:00:00Z")]
    public void Next_OfASchedule_IsTheFirstAfterTheMoment(string text, string after, string next) => Assert.Equal(Time(next), Next(text, after));

    /// <summary>In Berlin 2:00 became 3:00 on 2026-03-29, and 3:00 became 2:00 on 2026-10-25.</summary>
    [Theory]
    [InlineData("0 8 * * *", "2026-03-28T12:00:00Z", "2026-03-29T06:00:00Z")]
    [InlineData("0 8 * * *", "2026-10-24T12:00:00Z", "2026-10-25T07:00:00Z")]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("*/30 * * * *", "2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T01:45:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("@yearly", "2026-06-01T00:00:00Z", "2026-12-31T23:00:00Z")]
    public void Next_AcrossAChangeOfTheClocks_IsOfTheWallClock(string text, string after, string next) =>
        Assert.Equal(Time(next), Next("TZ=Europe/Berlin " + text, after));

    [Fact]
    public void Next_OfADayThatNeverComes_IsNone() => Assert.Null(Next("0 0 30 2 *", "2026-01-01T00:00:00Z"));

    [Theory]
    [InlineData("* * * *", "expected 5 to 6 fields, found 4: [* * * *]")]
    [InlineData("* * * * * * *", "expected 5 to 6 fields, found 7: [* * * * * * *]")]
    [InlineData("@sometimes", "unrecognized descriptor: @sometimes")]
    [InlineData("@every soon", "failed to parse duration soon")]
    [InlineData("TZ=Mars/Base 0 8 * * *", "provided bad location Mars/Base")]
    public void Text_ThatIsNoSchedule_IsRefusedWithTheReason(string text, string reason)
    {
        Assert.Null(CronSchedule.TryParse(text, TimeZoneInfo.Utc, out string error));
        Assert.Equal(reason, error);
    }

    [Theory]
    [InlineData("60 * * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("x * * * *")]
    public void Field_OutOfItsRange_IsRefused(string text)
    {
        Assert.Null(CronSchedule.TryParse(text, TimeZoneInfo.Utc, out string error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("* * * * *", "expected exactly 6 fields, found 5: [* * * * *]")]
    [InlineData("", "expected exactly 6 fields, found 0: []")]
    public void Text_WithoutTheSecondWhereThatIsNeeded_IsRefused(string text, string reason)
    {
        Assert.Null(CronSchedule.TryParse(text, TimeZoneInfo.Utc, out string error, withSeconds: true));
        Assert.Equal(reason, error);
    }

    private static DateTimeOffset? Next(string text, string after)
    {
        CronSchedule? schedule = CronSchedule.TryParse(text, TimeZoneInfo.Utc, out string error);
        Assert.True(schedule is not null, error);
        return schedule.Next(Time(after));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
