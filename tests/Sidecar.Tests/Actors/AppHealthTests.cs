using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/developing-applications/building-blocks/observability/app-health/
public sealed class AppHealthTests
{
    [Fact]
    public async Task Reminder_WhileTheAppIsNotHealthy_WaitsWithoutUsingUpItsAttempts()
    {
        await using SidecarRig rig = await StartAsync();
        await rig.PostAsync("/v1.0/actors/T/1/reminders/x", """{"dueTime":"30s","period":"R2/PT1S"}""");
        await BecomeAsync(rig, healthy: false);
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, rig.App.CountCallsTo("/actors/T/1/method/remind/x"));

        await BecomeAsync(rig, healthy: true);
        await rig.App.CallsToAsync("/actors/T/1/method/remind/x", 2);
    }

    [Fact]
    public async Task Invoke_WhileTheAppIsNotHealthy_IsHeld()
    {
        await using SidecarRig rig = await StartAsync();
        await BecomeAsync(rig, healthy: false);
        Task<Answer> call = rig.PutAsync("/v1.0/actors/T/1/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await BecomeAsync(rig, healthy: true);
        Assert.Equal(200, (await call).Status);
    }

    [Fact]
    public async Task Publish_WhileTheAppIsNotHealthy_ReachesNobody()
    {
        await using SidecarRig rig = await StartAsync();
        await BecomeAsync(rig, healthy: false);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/t", "1")).Status);
        await BecomeAsync(rig, healthy: true);
        await rig.PostAsync("/v1.0/publish/ps/t", "2");
        Assert.Equal("2", Assert.Single(await rig.App.CallsToAsync("/t")).Json.GetProperty("data").ToString());
    }

    private static Task<SidecarRig> StartAsync() => SidecarRig.StartAsync(
        """{"entities":["T"]}""",
        """[{"pubsubname":"ps","topic":"t","route":"/t"}]""",
        health: new AppHealthOptions { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromHours(1), Threshold = 1 });

    private static async Task BecomeAsync(SidecarRig rig, bool healthy)
    {
        rig.App.On("/healthz", new AppReply(healthy ? 200 : 500));
        // When the probe after the next has come, the next one's answer has been heeded.
        for (int more = 0; more < 3; more++)
        {
            int before = rig.App.CountCallsTo("/healthz");
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            await rig.App.CallsToAsync("/healthz", before + 1);
        }
    }
}
