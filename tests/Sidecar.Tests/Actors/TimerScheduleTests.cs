using Gateway.Sidecar.Actors.Scheduling;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-timers
public sealed class TimerScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, null, new[] { 0 })]
    [InlineData("", null, null, new[] { 0 })]
    [InlineData("1s", "", null, new[] { 1 })]
    [InlineData("1s", "R3/PT1S", null, new[] { 1, 2, 3 })]
    [InlineData("1s", "R3", null, new[] { 1 })]
    [InlineData(null, "R3/PT1S", null, new[] { 0, 1, 2 })]
    [InlineData("1s", "0s", null, new[] { 1 })]
    [InlineData("1s", "-1s", null, new[] { 1, 0, -1, -2, -3 })]
    [InlineData("1s", "1s", "2500ms", new[] { 1, 2, 3 })]
    [InlineData("1s", "1s", "PT3S", new[] { 1, 2, 3 })]
    [InlineData("1s", "1s", "0s", new int[0])]
    [InlineData("3s", null, "1s", new[] { 3 })]
    public void Ticks_OfATimer_AreThoseOfDapr(string? dueTime, string? period, string? ttl, int[] seconds)
    {
        TimerSchedule schedule = TimerSchedule.TryCreate("T||1||t", dueTime, period, ttl, Now, out string? error)!;
        Assert.Null(error);
        List<int> ticks = [];
        for (DateTimeOffset? tick = schedule.FirstTick; tick is { } at && ticks.Count < 5; tick = schedule.After(at, ticks.Count)) ticks.Add((int)(at - Now).TotalSeconds);
        Assert.Equal(seconds, ticks);
    }

    [Theory]
    [InlineData("abc", null, null, "error parsing timer due time: unsupported time/duration format: abc")]
    [InlineData("PT1.5S", null, null, "error parsing timer due time: unsupported time/duration format: PT1.5S")]
    [InlineData("R3/PT1S", null, null, "error parsing timer due time: repetitions are not allowed")]
    [InlineData("1s", "R0/PT1S", null, "invalid timer period: has zero repetitions")]
    [InlineData("1s", "@every 1s", null, "invalid timer period: parse error: unsupported duration format: @every 1s")]
    [InlineData("1s", "1s", "abc", "error parsing timer TTL: unsupported time/duration format: abc")]
    [InlineData("1s", "1s", "-1s", "timer T||1||t has already expired: dueTime: 2026-01-01 00:00:01 +0000 UTC TTL: -1s")]
    public void TryCreate_Unusable_IsRefusedInDaprsWords(string? dueTime, string? period, string? ttl, string expected)
    {
        Assert.Null(TimerSchedule.TryCreate("T||1||t", dueTime, period, ttl, Now, out string? error));
        Assert.Equal(expected, error);
    }
}
