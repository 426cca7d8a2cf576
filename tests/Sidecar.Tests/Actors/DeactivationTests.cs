using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#deactivate-actor
public sealed class DeactivationTests
{
    private const string Actor = "/actors/Idle/a";

    [Fact]
    public async Task Idle_ReminderThatWasCut_IsTriedAgain()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["Busy"],"actorIdleTimeout":"1s"}""");
        using Hold hold = rig.App.Hold("/actors/Busy/r/method/remind/x");
        await rig.PostAsync("/v1.0/actors/Busy/r/reminders/x", """{"dueTime":"0s"}""");
        for (int attempt = 1; attempt <= 4; attempt++)
        {
            await rig.App.CallsToAsync("/actors/Busy/r/method/remind/x", attempt);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            await rig.App.CallsToAsync("/actors/Busy/r", attempt);
        }

        await rig.EventuallyAsync("/v1.0/actors/Busy/r/reminders/x", answer => answer.Status == 404);
    }

    [Fact]
    public async Task Stop_TypeThatDrains_LetsItsTurnFinish()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["Idle"],"drainRebalancedActors":true,"drainOngoingCallTimeout":"1m"}""");
        using Hold hold = rig.App.Hold("/actors/Idle/a/method/slow");
        Task<Answer> turn = rig.PutAsync("/v1.0/actors/Idle/a/method/slow");
        await rig.App.CallsToAsync("/actors/Idle/a/method/slow");
        Task stop = rig.StopSidecarAsync();
        hold.Dispose();
        await stop;
        Assert.Equal(200, (await turn).Status);
        Assert.Equal(1, rig.App.CountCallsTo(Actor));
    }

    [Fact]
    public async Task Stop_TypeThatDoesNotDrain_CutsItsTurn()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["Idle"]}""");
        using Hold hold = rig.App.Hold("/actors/Idle/a/method/slow");
        Task<Answer> turn = rig.PutAsync("/v1.0/actors/Idle/a/method/slow");
        await rig.App.CallsToAsync("/actors/Idle/a/method/slow");
        await rig.StopSidecarAsync();
        Assert.Contains("context canceled", (await turn).Body, StringComparison.Ordinal);
        Assert.Equal(1, rig.App.CountCallsTo(Actor));
    }
}
