using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#deactivate-actor
public sealed class DeactivationTests
{
    private const string Config = """{"entities":["Idle"],"actorIdleTimeout":"2s"}""";
    private const string Actor = "/actors/Idle/a";

    [Fact]
    public async Task Idle_Actor_IsDeactivatedAndActivatedAgain()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        AppCall call = Assert.Single(await rig.App.CallsToAsync(Actor));
        Assert.Equal("DELETE", call.Method);
        Assert.Equal("application/x-protobuf", call.Headers["content-type"]);

        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.App.CallsToAsync(Actor, 2);
    }

    [Fact]
    public async Task Idle_TimeCountsFromTheLatestTurn()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.PutAsync("/v1.0/actors/Idle/b/method/ok");
        Assert.Equal(0, rig.App.CountCallsTo(Actor));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Actor);
    }

    [Fact]
    public async Task Idle_RunningTurn_IsCutAndTheActorDeactivated()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold("/actors/Idle/a/method/slow");
        Task<Answer> turn = rig.PutAsync("/v1.0/actors/Idle/a/method/slow");
        await rig.App.CallsToAsync("/actors/Idle/a/method/slow");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        Answer answer = await turn;
        Assert.Equal(500, answer.Status);
        Assert.Equal("""{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method: context canceled"}""", answer.Body);
        await rig.App.CallsToAsync(Actor);
    }

    [Fact]
    public async Task Idle_CallsThatWaited_RunAfterTheDeactivation()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold slow = rig.App.Hold("/actors/Idle/a/method/slow");
        using Hold delete = rig.App.Hold($"DELETE {Actor}");
        Task<Answer> cut = rig.PutAsync("/v1.0/actors/Idle/a/method/slow");
        await rig.App.CallsToAsync("/actors/Idle/a/method/slow");
        Task<Answer> waiting = rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.App.CallsToAsync(Actor);
        Assert.Equal(500, (await cut).Status);
        Assert.Equal(0, rig.App.CountCallsTo("/actors/Idle/a/method/ok"));
        delete.Dispose();
        Assert.Equal(200, (await waiting).Status);
    }

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
    public async Task Idle_TimerThatWasCut_IsNotTriedAgain()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["Busy"],"actorIdleTimeout":"1s"}""");
        using Hold hold = rig.App.Hold("/actors/Busy/t/method/timer/x");
        await rig.PostAsync("/v1.0/actors/Busy/t/timers/x", """{"callback":"c"}""");
        await rig.App.CallsToAsync("/actors/Busy/t/method/timer/x");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync("/actors/Busy/t");
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        await rig.PutAsync("/v1.0/actors/Busy/t/method/ok");
        Assert.Equal(1, rig.App.CountCallsTo("/actors/Busy/t/method/timer/x"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task Deactivate_AppRefuses_TheActorIsGoneAllTheSame(int status)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On($"DELETE {Actor}", new AppReply(status, "no"));
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.App.CallsToAsync(Actor);
        await rig.EventuallyAsync("/v1.0/metadata", answer => answer.Body.Contains("""[{"type":"Idle"}]""", StringComparison.Ordinal));
        Assert.Equal(400, (await rig.PostAsync("/v1.0/actors/Idle/a/state", "[]")).Status);
        Assert.Equal(200, (await rig.PutAsync("/v1.0/actors/Idle/a/method/ok")).Status);
    }

    [Fact]
    public async Task Deactivate_Actor_MaySaveItsStateMeanwhile()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        int saved = 0;
        rig.App.On($"DELETE {Actor}", async _ =>
        {
            saved = (await rig.PostAsync("/v1.0/actors/Idle/a/state", """[{"operation":"upsert","request":{"key":"k","value":1}}]""")).Status;
            return AppReply.Ok;
        });
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        await rig.StopSidecarAsync();
        Assert.Equal(204, saved);
    }

    [Fact]
    public async Task Stop_Sidecar_DeactivatesEveryActor()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PutAsync("/v1.0/actors/Idle/a/method/ok");
        await rig.PutAsync("/v1.0/actors/Idle/b/method/ok");
        await rig.StopSidecarAsync();
        Assert.Equal(1, rig.App.CountCallsTo("/actors/Idle/a"));
        Assert.Equal(1, rig.App.CountCallsTo("/actors/Idle/b"));
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
