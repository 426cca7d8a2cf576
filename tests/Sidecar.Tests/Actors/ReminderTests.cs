using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#create-actor-reminder
public sealed class ReminderTests
{
    private const string Config = """{"entities":["Rem"],"actorIdleTimeout":"1h"}""";
    private const string Path = "/v1.0/actors/Rem/1/reminders/x";
    private const string Callback = "/actors/Rem/1/method/remind/x";

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(-1)]
    public async Task Callback_NotAnswered200_IsTriedThreeMoreTimesASecondApart(int status)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On(Callback, status < 0 ? AppReply.Close : new AppReply(status, "boom"));
        await rig.PostAsync(Path, """{"dueTime":"1s"}""");
        for (int attempt = 1; attempt <= 4; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(attempt, (await rig.App.CallsToAsync(Callback, attempt)).Count);
        }

        await rig.EventuallyAsync(Path, answer => answer.Status == 404);
        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, rig.App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Register_Thousands_AreAllDeliveredOnce()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            Assert.Equal(204, (await rig.PostAsync($"/v1.0/actors/Rem/{i}/reminders/x", """{"dueTime":"1s"}""")).Status));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 2000; i++) Assert.Single(await rig.App.CallsToAsync($"/actors/Rem/{i}/method/remind/x"));
    }
}
