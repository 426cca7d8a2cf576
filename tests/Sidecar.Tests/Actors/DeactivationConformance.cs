using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// The end of an actor's life: https://docs.dapr.io/reference/api/actors_api/#deactivate-actor and
/// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-features-concepts/#actor-lifetime.
/// </summary>
public abstract class DeactivationConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Id => field ??= Fixture.NewId();

    private string Path => $"/v1.0/actors/Idle/{Id}";

    private string Actor => $"/actors/Idle/{Id}";

    [Fact]
    public async Task Idle_Actor_IsDeactivatedAndActivatedAgain()
    {
        await PutAsync($"{Path}/method/ok");
        AppCall call = Assert.Single(await App.CallsToAsync(Actor));
        Assert.Equal("DELETE", call.Method);
        Assert.Equal("application/x-protobuf", call.Headers["content-type"]);

        Assert.Equal(200, (int)(await PutAsync($"{Path}/method/ok")).Status);
        await App.CallsToAsync(Actor, 2);
    }

    [Fact]
    public async Task Idle_ActorOfALongerTimeout_Stays()
    {
        string other = Fixture.NewId();
        await PutAsync($"/v1.0/actors/M/{other}/method/ok");
        await PutAsync($"{Path}/method/ok");
        await App.CallsToAsync(Actor);
        Assert.Equal(0, App.CountCallsTo($"/actors/M/{other}"));
    }

    [Fact]
    public async Task Idle_TimeCountsFromTheLatestTurn()
    {
        var (ended, latest) = (0, TimeProvider.System.GetTimestamp());
        for (int turns = 0; turns < 7; turns++)
        {
            await ObserveAsync(250);
            long begun = TimeProvider.System.GetTimestamp();
            await PutAsync($"{Path}/method/ok");
            // A machine that was busy for about as long as the timeout may have let it end: once more, from the beginning.
            if (turns == 0 || TimeProvider.System.GetElapsedTime(latest) > TimeSpan.FromMilliseconds(900)) (turns, ended) = (0, App.CountCallsTo(Actor));
            Assert.Equal(ended, App.CountCallsTo(Actor));
            latest = begun;
        }

        await App.CallsToAsync(Actor, ended + 1);
    }

    [Fact]
    public async Task Idle_TimerOfAShorterPeriod_KeepsTheActor()
    {
        (await PostJsonAsync($"{Path}/timers/x", """{"dueTime":"0s","period":"300ms"}""")).IsNoContent();
        await App.CallsToAsync($"{Actor}/method/timer/x", 6);
        Assert.Equal(0, App.CountCallsTo(Actor));
        (await Sidecar.DeleteAsync($"{Path}/timers/x")).IsNoContent();
        await App.CallsToAsync(Actor);
    }

    [Fact]
    public async Task Idle_RunningTurn_IsCutAndTheActorDeactivated()
    {
        using Hold hold = App.Hold($"{Actor}/method/slow");
        (await PutAsync($"{Path}/method/slow")).IsError(500, "ERR_ACTOR_INVOKE_METHOD", "error invoke actor method: context canceled");
        await App.CallsToAsync(Actor);
    }

    [Fact]
    public async Task Idle_CallsThatWaited_RunAfterTheDeactivation()
    {
        using Hold slow = App.Hold($"{Actor}/method/slow");
        using Hold delete = App.Hold($"DELETE {Actor}");
        Task<Answer> cut = PutAsync($"{Path}/method/slow");
        await App.CallsToAsync($"{Actor}/method/slow");
        Task<Answer> waiting = PutAsync($"{Path}/method/ok");
        await App.CallsToAsync(Actor);
        Assert.Equal(500, (int)(await cut).Status);
        Assert.Equal(0, App.CountCallsTo($"{Actor}/method/ok"));
        delete.Dispose();
        Assert.Equal(200, (int)(await waiting).Status);
    }

    [Fact]
    public async Task Idle_ReminderThatWasCut_IsTriedAgain()
    {
        using Hold hold = App.Hold($"{Actor}/method/remind/x");
        (await PostJsonAsync($"{Path}/reminders/x", """{"dueTime":"0s"}""")).IsNoContent();
        await App.CallsToAsync($"{Actor}/method/remind/x", 2);
        hold.Dispose();
        await EventuallyAsync($"{Path}/reminders/x", answer => (int)answer.Status == 404);
    }

    [Fact]
    public async Task Idle_TimerThatWasCut_IsNotTriedAgain()
    {
        using Hold hold = App.Hold($"{Actor}/method/timer/x");
        (await PostJsonAsync($"{Path}/timers/x", "{}")).IsNoContent();
        await App.CallsToAsync($"{Actor}/method/timer/x");
        await App.CallsToAsync(Actor);
        await ObserveAsync(1300);
        Assert.Equal(1, App.CountCallsTo($"{Actor}/method/timer/x"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task Deactivate_AppRefuses_TheActorIsGoneAllTheSame(int status)
    {
        App.On($"DELETE {Actor}", new AppReply(status, "no"));
        await PutAsync($"{Path}/method/ok");
        await App.CallsToAsync(Actor);
        await EventuallyAsync("/v1.0/metadata", answer => !answer.Body.Contains("{\"type\":\"Idle\",\"count\"", StringComparison.Ordinal));
        (await PostJsonAsync($"{Path}/state", "[]")).IsErrorStatus(400);
        Assert.Equal(200, (int)(await PutAsync($"{Path}/method/ok")).Status);
    }

    [Fact]
    public async Task Deactivate_OverTheApi_IsAnUnknownRoute() => (await Sidecar.DeleteAsync(Path)).IsUnknownRoute();

    [Fact]
    public async Task Deactivate_Actor_MayReadItsStateMeanwhileButNotWriteIt()
    {
        var seen = new TaskCompletionSource<(int Written, string Read)>(TaskCreationOptions.RunContinuationsAsynchronously);
        App.On($"DELETE {Actor}", async _ =>
        {
            Answer written = await PostJsonAsync($"{Path}/state", """[{"operation":"upsert","request":{"key":"k","value":2}}]""");
            seen.SetResult(((int)written.Status, (await Sidecar.GetAsync($"{Path}/state/k")).Body));
            return AppReply.Ok;
        });
        await PutAsync($"{Path}/method/ok");
        (await PostJsonAsync($"{Path}/state", """[{"operation":"upsert","request":{"key":"k","value":1}}]""")).IsNoContent();
        Assert.Equal((400, "1"), await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
    }

    [Fact]
    public async Task Stop_Sidecar_DeactivatesEveryActor()
    {
        string other = Fixture.NewId();
        await PutAsync($"/v1.0/actors/M/{Id}/method/ok");
        await PutAsync($"/v1.0/actors/M/{other}/method/ok");
        await Fixture.StopSidecarAsync();
        Assert.Equal(1, App.CountCallsTo($"/actors/M/{Id}"));
        Assert.Equal(1, App.CountCallsTo($"/actors/M/{other}"));
        await Fixture.StartSidecarAsync();
    }
}
