using Gateway.Sidecar.Actors.Scheduling;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders
public sealed class ReminderScheduleTests
{
    private const string Invalid = "rpc error: code = Unknown desc = job failed validation: ";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1s", null, null, new[] { 1 })]
    [InlineData("0s", null, null, new[] { 0 })]
    [InlineData("-1s", null, null, new[] { -1 })]
    [InlineData("1s", "R3/PT1S", null, new[] { 1, 2, 3 })]
    [InlineData("1s", "R1/PT1S", null, new[] { 1 })]
    [InlineData("1s", "R3", null, new[] { 1, 1, 1 })]
    [InlineData(null, "R3/PT1S", null, new[] { 1, 2, 3 })]
    [InlineData("1s", "1s", "2500ms", new[] { 1, 2, 3 })]
    [InlineData("1s", "1s", "PT3S", new[] { 1, 2, 3, 4 })]
    [InlineData("1s", "1s", "0s", new[] { 1 })]
    [InlineData("1s", "1s", "", new[] { 1, 2, 3, 4, 5 })]
    [InlineData("1s", "R0/PT1S", null, new[] { 1, 2, 3, 4, 5 })]
    [InlineData("1s", "0s", null, new[] { 1, 1, 1, 1, 1 })]
    [InlineData("1s", "-1s", null, new[] { 1, 0, -1, -2, -3 })]
    [InlineData(null, "10s", "5s", new int[0])]
    public void Ticks_OfARegistration_AreThoseOfDapr(string? dueTime, string? period, string? ttl, int[] seconds)
    {
        ReminderSchedule schedule = ReminderSchedule.TryCreate(dueTime, period, ttl, Now, out string? error)!;
        Assert.Null(error);
        Assert.Equal(seconds, Ticks(schedule).Take(5).Select(tick => (int)(tick - Now).TotalSeconds));
    }

    [Fact]
    public void Ticks_AbsoluteDueTime_BeginThere()
    {
        ReminderSchedule schedule = ReminderSchedule.TryCreate("2026-01-01T02:00:00+01:00", null, null, Now, out _)!;
        Assert.Equal(Now.AddHours(1), schedule.FirstTick);
    }

    [Theory]
    [InlineData(null, null, null, Invalid + "job must have either a due time or a schedule")]
    [InlineData("", "", "", Invalid + "job must have either a due time or a schedule")]
    [InlineData("abc", null, null, Invalid + "due time format not recognized")]
    [InlineData("PT1.5S", null, null, Invalid + "due time format not recognized")]
    [InlineData("@every 1s", null, null, Invalid + "due time format not recognized")]
    [InlineData("00:00:01", null, null, Invalid + "due time format not recognized")]
    [InlineData("R3/PT1S", null, null, Invalid + "repeats not supported for due time")]
    [InlineData("1s", "@every 1s", null, "unsupported period format: @every 1s")]
    [InlineData("1s", "*/2 * * * * *", null, "unsupported period format: */2 * * * * *")]
    [InlineData("1s", "R3/1s", null, "unsupported period format: R3/1s")]
    [InlineData("1s", "P1D", null, "unsupported period format: P1D")]
    [InlineData("1s", "1s", "abc", Invalid + "ttl format not recognized")]
    [InlineData("1s", "1s", "-1s", Invalid + "ttl must be greater than due time")]
    [InlineData("1s", "1s", "2020-01-01T00:00:00Z", Invalid + "ttl must be greater than due time")]
    [InlineData("3s", null, "1s", Invalid + "job must have a schedule to have a ttl")]
    public void TryCreate_Unusable_IsRefusedInDaprsWords(string? dueTime, string? period, string? ttl, string expected)
    {
        Assert.Null(ReminderSchedule.TryCreate(dueTime, period, ttl, Now, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Retry_CountsFromTheTick_AndEndsAfterThree() =>
        Assert.Equal(
            [Now.AddSeconds(1), Now.AddSeconds(2), Now.AddSeconds(3), null],
            Enumerable.Range(1, 4).Select(attempts => ReminderSchedule.Retry(Now, attempts)));

    private static IEnumerable<DateTimeOffset> Ticks(ReminderSchedule schedule)
    {
        int done = 0;
        for (DateTimeOffset? tick = schedule.FirstTick; tick is { } at; tick = schedule.After(at, ++done)) yield return at;
    }
}
