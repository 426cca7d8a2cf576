using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// What outlives the sidecar and the app:
/// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders ("persisted …
/// continues to trigger … until") and https://docs.dapr.io/concepts/dapr-services/scheduler/.
/// </summary>
public abstract class ActorRestartConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Id => field ??= Fixture.NewId();

    private string Path => $"/v1.0/actors/M/{Id}/reminders/x";

    private string Callback => $"/actors/M/{Id}/method/remind/x";

    [Fact]
    public async Task SidecarRestart_PeriodicReminder_DeliversEveryMissedTickAndGoesOn()
    {
        await RegisterAsync("""{"dueTime":"0s","period":"500ms","data":"p"}""");
        await App.CallsToAsync(Callback);
        await AfterTheTurnAsync();
        await Fixture.StopSidecarAsync();
        int before = App.CountCallsTo(Callback);
        await ObserveAsync(1500);
        Assert.Equal(before, App.CountCallsTo(Callback));
        await Fixture.StartSidecarAsync();
        // At least three while it was away, and two that follow.
        IReadOnlyList<AppCall> calls = await App.CallsToAsync(Callback, before + 5);
        Assert.Equal("""{"data":"p","dueTime":"","period":""}""", calls[^1].Body);
        (await Sidecar.GetAsync(Path)).IsJson($$"""{"actorID":"{{Id}}","actorType":"M","data":"p","dueTime":"0s","period":"@every 500ms"}""" + "\n");
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task SidecarRestart_OneShotThatFellDueMeanwhile_IsDeliveredOnce()
    {
        await RegisterAsync("""{"dueTime":"1s"}""");
        await Fixture.StopSidecarAsync();
        await ObserveAsync(1000);
        Assert.Equal(0, App.CountCallsTo(Callback));
        await Fixture.StartSidecarAsync();
        await App.CallsToAsync(Callback);
        await EventuallyAsync(Path, answer => (int)answer.Status == 404);
        Assert.Equal(1, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task SidecarRestart_Repetitions_AreCountedOverIt()
    {
        await RegisterAsync("""{"dueTime":"0s","period":"R3/PT1S"}""");
        await App.CallsToAsync(Callback);
        await AfterTheTurnAsync();
        await Fixture.StopSidecarAsync();
        await Fixture.StartSidecarAsync();
        await App.CallsToAsync(Callback, 3);
        await EventuallyAsync(Path, answer => (int)answer.Status == 404);
        Assert.Equal(3, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task SidecarRestart_DeletedOrOverwrittenReminder_StaysSo()
    {
        await RegisterAsync("""{"dueTime":"1h","data":1}""");
        await RegisterAsync("""{"dueTime":"2h","data":2}""");
        string deleted = $"/v1.0/actors/M/{Id}/reminders/deleted";
        (await PostJsonAsync(deleted, """{"dueTime":"1h"}""")).IsNoContent();
        (await Sidecar.DeleteAsync(deleted)).IsNoContent();
        await Fixture.StopSidecarAsync();
        await Fixture.StartSidecarAsync();
        (await Sidecar.GetAsync(deleted)).IsErrorStatus(404);
        Assert.Contains("\"data\":2,\"dueTime\":\"2h\"", (await Sidecar.GetAsync(Path)).Body, StringComparison.Ordinal);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task SidecarRestart_Timers_AreGone()
    {
        (await PostJsonAsync($"/v1.0/actors/M/{Id}/timers/x", """{"dueTime":"500ms","period":"500ms"}""")).IsNoContent();
        await Fixture.StopSidecarAsync();
        int before = App.CountCallsTo($"/actors/M/{Id}/method/timer/x");
        await Fixture.StartSidecarAsync();
        await ObserveAsync(800);
        Assert.Equal(before, App.CountCallsTo($"/actors/M/{Id}/method/timer/x"));
    }

    [Fact]
    public async Task AppRestart_ReminderThatFellDueMeanwhile_Comes()
    {
        int port = App.Port;
        await RegisterAsync("""{"dueTime":"500ms"}""");
        await Fixture.StopAppAsync();
        await ObserveAsync(700);
        await Fixture.StartAppAsync(port);
        await App.CallsToAsync(Callback);
        await EventuallyAsync(Path, answer => (int)answer.Status == 404);
    }

    [Fact]
    public async Task AppRestart_PeriodicReminderAndTimer_GoOn()
    {
        int port = App.Port;
        await RegisterAsync("""{"dueTime":"0s","period":"1s"}""");
        (await PostJsonAsync($"/v1.0/actors/M/{Id}/timers/x", """{"dueTime":"0s","period":"1s"}""")).IsNoContent();
        await App.CallsToAsync(Callback);
        await Fixture.StopAppAsync();
        await Fixture.StartAppAsync(port);
        await App.CallsToAsync(Callback, 2);
        await App.CallsToAsync($"/actors/M/{Id}/method/timer/x", 2);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
        (await Sidecar.DeleteAsync($"/v1.0/actors/M/{Id}/timers/x")).IsNoContent();
    }

    private async Task RegisterAsync(string body) => (await PostJsonAsync(Path, body)).IsNoContent();

    // A stop in the middle of a callback would cut it, and it would come again.
    private Task<Answer> AfterTheTurnAsync() => PutAsync($"/v1.0/actors/M/{Id}/method/after");
}
