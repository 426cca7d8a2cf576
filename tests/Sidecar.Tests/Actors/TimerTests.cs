using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#create-actor-timer
public sealed class TimerTests
{
    private const string Config = """{"entities":["Rem"],"actorIdleTimeout":"1h"}""";
    private const string Path = "/v1.0/actors/Rem/1/timers/x";
    private const string Callback = "/actors/Rem/1/method/timer/x";

    [Fact]
    public async Task Start_Timer_CallsBackWithWhatWasRegistered()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Assert.Equal(204, (await rig.PostAsync(Path, """{"dueTime":"0h0m1s0ms","period":"R2/PT1S","data":{"a":1},"callback":"cb"}""")).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        AppCall call = (await rig.App.CallsToAsync(Callback))[0];
        Assert.Equal("PUT", call.Method);
        Assert.Equal("""{"data":{"a":1},"callback":"cb","dueTime":"0h0m1s0ms","period":"R2/PT1S"}""", call.Body);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 2);
    }

    [Fact]
    public async Task Start_EmptyObject_FiresNow()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PutAsync(Path, "{}");
        Assert.Equal("""{"callback":"","dueTime":"","period":""}""", (await rig.App.CallsToAsync(Callback))[0].Body);
    }

    [Fact]
    public async Task Callback_NotAnswered200_IsNotTriedAgainButTheNextTickComes()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On(Callback, new AppReply(500, "boom"));
        await rig.PostAsync(Path, """{"dueTime":"1s","period":"10s","callback":"cb"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 1);
        rig.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, rig.App.CountCallsTo(Callback));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 2);
    }

    [Fact]
    public async Task Delete_Timer_EndsIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1s","period":"1s","callback":"cb"}""");
        Assert.Equal(204, (await rig.DeleteAsync(Path)).Status);
        Assert.Equal(204, (await rig.DeleteAsync(Path)).Status);
        Assert.Equal(204, (await rig.DeleteAsync("/v1.0/actors/Nope/1/timers/x")).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.PostAsync("/v1.0/actors/Rem/1/timers/y", "{}");
        await rig.App.CallsToAsync("/actors/Rem/1/method/timer/y");
        Assert.Equal(0, rig.App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Start_SameName_ReplacesWhateverOverwriteSays()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1s","data":"first"}""");
        Assert.Equal(204, (await rig.PostAsync(Path, """{"dueTime":"2s","data":"third","overwrite":false}""")).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Contains("third", Assert.Single(await rig.App.CallsToAsync(Callback)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Path, """{"dueTime":1}""", 400, "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field .createTimerAlias.dueTime of type string")]
    [InlineData(Path, """{"dueTime":"abc"}""", 500, "error creating actor timer: error parsing timer due time: unsupported time/duration format: abc")]
    [InlineData("/v1.0/actors/Nope/1/timers/x", """{"dueTime":"1s"}""", 500, "error creating actor timer: can't create timer for actor Nope||1: actor type not registered")]
    [InlineData("/v1.0/actors/Rem/1/timers/a%2Fb", """{"dueTime":"1s"}""", 400, "invalid request: name contains forbidden character: \\\"a/b\\\"")]
    public async Task Start_Unusable_IsRefused(string path, string body, int status, string message)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PostAsync(path, body);
        Assert.Equal(status, answer.Status);
        Assert.Contains($"\"message\":\"{message}\"", answer.Body, StringComparison.Ordinal);
    }
}
