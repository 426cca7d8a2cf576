using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// Timers: https://docs.dapr.io/reference/api/actors_api/#create-actor-timer, #delete-actor-timer, and
/// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-timers.
/// </summary>
public abstract class TimerConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Id => field ??= Fixture.NewId();

    private string Path => $"/v1.0/actors/M/{Id}/timers/x";

    private string Callback => $"/actors/M/{Id}/method/timer/x";

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Start_Timer_CallsBackWithWhatWasRegistered(string verb)
    {
        (await Sidecar.SendAsync(
            verb, Path, """{"dueTime":"0h0m0s200ms","period":"R2/PT1S","data":{"a":1},"callback":"cb"}""", ("content-type", "application/json"))).IsNoContent();
        AppCall call = (await App.CallsToAsync(Callback))[0];
        Assert.Equal("PUT", call.Method);
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("""{"data":{"a":1},"callback":"cb","dueTime":"0h0m0s200ms","period":"R2/PT1S"}""", call.Body);
    }

    [Fact]
    public async Task Start_EmptyObject_FiresNow()
    {
        await StartAsync("{}");
        Assert.Equal("""{"callback":"","dueTime":"","period":""}""", (await App.CallsToAsync(Callback))[0].Body);
    }

    [Theory]
    [InlineData("300ms")]
    [InlineData("0h0m0s300ms")]
    public async Task Start_Period_FiresAgainAndAgain(string period)
    {
        await StartAsync($$"""{"period":"{{period}}"}""");
        await App.CallsToAsync(Callback, 3);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Theory]
    [InlineData("R1/PT1S", 1)]
    [InlineData("R2/PT1S", 2)]
    [InlineData("R3", 1)]
    [InlineData("0s", 1)]
    public async Task Start_Repetitions_FiresThatOften(string period, int times)
    {
        await StartAsync($$"""{"dueTime":"0s","period":"{{period}}"}""");
        await App.CallsToAsync(Callback, times);
        await ObserveAsync(1300);
        Assert.Equal(times, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Start_Ttl_EndsThePeriod()
    {
        await StartAsync("""{"dueTime":"300ms","period":"300ms","ttl":"700ms"}""");
        await App.CallsToAsync(Callback, 3);
        await ObserveAsync(700);
        Assert.Equal(3, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Callback_NotAnswered200_IsNotTriedAgainButTheNextTickComes()
    {
        App.On(Callback, new AppReply(500, "boom"));
        await StartAsync("""{"dueTime":"0s","period":"R2/PT2S"}""");
        await App.CallsToAsync(Callback, 1);
        await ObserveAsync(1400);
        Assert.Equal(1, App.CountCallsTo(Callback));
        await App.CallsToAsync(Callback, 2);
    }

    [Fact]
    public async Task Delete_Timer_EndsIt()
    {
        await StartAsync("""{"dueTime":"1s","period":"1s"}""");
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
        await ObserveAsync(1300);
        Assert.Equal(0, App.CountCallsTo(Callback));
    }

    [Theory]
    [InlineData("M")]
    [InlineData("Nope")]
    public async Task Delete_Missing_IsNoContent(string type) => (await Sidecar.DeleteAsync($"/v1.0/actors/{type}/{Id}/timers/x")).IsNoContent();

    [Fact]
    public async Task Start_SameName_ReplacesWhateverOverwriteSays()
    {
        await StartAsync("""{"dueTime":"1s","data":"first"}""");
        await StartAsync("""{"dueTime":"1500ms","data":"second","overwrite":false}""");
        Assert.Contains("second", Assert.Single(await App.CallsToAsync(Callback)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dueTime":1}""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field .createTimerAlias.dueTime of type string")]
    [InlineData("""{"dueTime":"abc"}""", 500, "ERR_ACTOR_TIMER_CREATE", "error creating actor timer: error parsing timer due time: unsupported time/duration format: abc")]
    [InlineData("""{"dueTime":"1s","period":"@every 1s"}""", 500, "ERR_ACTOR_TIMER_CREATE", "error creating actor timer: invalid timer period: parse error: unsupported duration format: @every 1s")]
    [InlineData("""{"dueTime":"1s","period":"R0/PT1S"}""", 500, "ERR_ACTOR_TIMER_CREATE", "error creating actor timer: invalid timer period: has zero repetitions")]
    public async Task Start_Unusable_IsRefused(string body, int status, string code, string message) =>
        (await PostJsonAsync(Path, body)).IsError(status, code, message);

    [Fact]
    public async Task Start_TypeThatNobodyHosts_IsRefused() =>
        (await PostJsonAsync("/v1.0/actors/Nope/1/timers/x", """{"dueTime":"1s"}""")).IsError(
            500, "ERR_ACTOR_TIMER_CREATE", "error creating actor timer: can't create timer for actor Nope||1: actor type not registered");

    [Fact]
    public async Task Start_NameWithASlash_IsRefused() =>
        (await PostJsonAsync("/v1.0/actors/M/1/timers/a%2Fb", """{"dueTime":"1s"}""")).IsError(
            400, "ERR_BAD_REQUEST", "invalid request: name contains forbidden character: \"a/b\"");

    [Fact]
    public async Task Timer_Get_IsAnUnknownRoute() => (await Sidecar.GetAsync(Path)).IsUnknownRoute();

    private async Task StartAsync(string body) => (await PostJsonAsync(Path, body)).IsNoContent();
}
