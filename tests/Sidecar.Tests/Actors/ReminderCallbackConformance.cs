using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// What a reminder sends and what the app's answer does to it: https://docs.dapr.io/reference/api/actors_api/#invoke-reminder and
/// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders.
/// </summary>
public abstract class ReminderCallbackConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Id => field ??= Fixture.NewId();

    private string Path => $"/v1.0/actors/M/{Id}/reminders/x";

    private string Callback => $"/actors/M/{Id}/method/remind/x";

    [Theory]
    [InlineData("""{"dueTime":"0s","data":{ "b" : 1 ,  "a":"<&>" }}""", """{"data":{"b":1,"a":"\u003c\u0026\u003e"},"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":"AAEC/w=="}""", """{"data":"AAEC/w==","dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":null}""", """{"data":null,"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":[1]}""", """{"data":[1],"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":12345678901234567890}""", """{"data":12345678901234567890,"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","foo":1}""", """{"dueTime":"","period":""}""")]
    public async Task Callback_Data_IsTheJsonThatWasRegistered(string registered, string body)
    {
        await RegisterAsync(registered);
        Assert.Equal(body, (await App.CallsToAsync(Callback))[0].Body);
    }

    [Fact]
    public async Task Callback_ActorThatWasNeverCalled_IsActivated()
    {
        await RegisterAsync("""{"dueTime":"0s"}""");
        await App.CallsToAsync(Callback);
        await EventuallyAsync("/v1.0/metadata", answer => answer.Body.Contains("{\"type\":\"M\",\"count\":", StringComparison.Ordinal));
        (await PostJsonAsync($"/v1.0/actors/M/{Id}/state", "[]")).IsNoContent();
    }

    [Fact]
    public async Task Callback_SlowerThanThePeriod_CatchesUpWithTheTicksItMissed()
    {
        using Hold hold = App.Hold(Callback);
        await RegisterAsync("""{"dueTime":"0s","period":"300ms"}""");
        await App.CallsToAsync(Callback);
        await ObserveAsync(1000);
        Assert.Equal(1, App.CountCallsTo(Callback));
        hold.Dispose();
        // Those of 300, 600 and 900 ms follow at once.
        await App.CallsToAsync(Callback, 4).WaitAsync(TimeSpan.FromSeconds(5), Cancelled);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(204)]
    [InlineData(-1)]
    public async Task Callback_NotAnswered200_IsTriedAgain(int status)
    {
        App.On(Callback, status < 0 ? AppReply.Close : new AppReply(status));
        await RegisterAsync("""{"dueTime":"0s"}""");
        await App.CallsToAsync(Callback, 2);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task Callback_ThatKeepsFailing_IsTriedThreeMoreTimesASecondApart()
    {
        App.On(Callback, new AppReply(500, "boom"));
        long begun = TimeProvider.System.GetTimestamp();
        await RegisterAsync("""{"dueTime":"0s"}""");
        await App.CallsToAsync(Callback, 4);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 2.5, 10);
        await IsGoneAsync();
        await ObserveAsync(1300);
        Assert.Equal(4, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Callback_FailsOnce_IsNotSentAgainAfterItsRetrySucceeds()
    {
        int calls = 0;
        App.On(Callback, _ => new AppReply(Interlocked.Increment(ref calls) == 1 ? 500 : 200));
        await RegisterAsync("""{"dueTime":"0s"}""");
        await App.CallsToAsync(Callback, 2);
        await IsGoneAsync();
        await ObserveAsync(1300);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Callback_OfAPeriodFails_TheNextTicksCome()
    {
        int calls = 0;
        App.On(Callback, _ => new AppReply(Interlocked.Increment(ref calls) <= 4 ? 500 : 200));
        await RegisterAsync("""{"dueTime":"0s","period":"R2/PT1S"}""");
        await App.CallsToAsync(Callback, 5);
        await IsGoneAsync();
    }

    [Fact]
    public async Task Callback_AnsweredWithACancelHeader_GoesOn()
    {
        App.On(Callback, new AppReply(200, "", null, ("X-DaprReminderCancel", "true")));
        await RegisterAsync("""{"dueTime":"0s","period":"300ms"}""");
        await App.CallsToAsync(Callback, 3);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    private async Task RegisterAsync(string body) => (await PostJsonAsync(Path, body)).IsNoContent();

    private Task<Answer> IsGoneAsync() => EventuallyAsync(Path, answer => (int)answer.Status == 404);
}
