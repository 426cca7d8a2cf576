using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.Bindings;

/// <summary>Cron bindings, and what the app says of them before the sidecar is there.</summary>
public sealed class CronFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup
{
    Resources = string.Concat(
        Cron("cron"),
        Cron("nocron"),
        Cron("badcron"),
        Cron("cron405"),
        Cron("explicit", ("direction", "input"), ("route", "/my/route")),
        Cron("outonly", ("direction", "output"))),
})
    where TSidecar : SidecarUnderTest, new()
{
    private protected override void Script(ScriptedApp app)
    {
        app.On("OPTIONS /nocron", new AppReply(404));
        app.On("OPTIONS /cron405", new AppReply(405));
        app.On("POST /badcron", new AppReply(500, "x"));
        app.On("OPTIONS /my/route", new AppReply(404));
    }

    private static string Cron(string name, params (string Name, string Value)[] more) =>
        TestSidecar.Component(name, "bindings.cron", "", [("schedule", "@every 1s"), .. more]);
}

/// <summary>Input bindings by the example of bindings.cron: https://docs.dapr.io/reference/components-reference/supported-bindings/cron/.</summary>
public abstract class CronConformance<TSidecar>(CronFixture<TSidecar> fixture) : AppConformance<CronFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Fact]
    public async Task App_IsAskedOnceAndThenCalledBySchedule()
    {
        IReadOnlyList<AppCall> calls = await App.CallsToAsync("/cron", 3);
        Assert.Equal(["OPTIONS", "POST", "POST"], calls.Take(3).Select(call => call.Method));
        Assert.Equal("application/json", calls[0].Headers["content-type"]);
        Assert.Equal(("application/json", "Local", ""), (calls[1].Headers["content-type"], calls[1].Headers["timezone"], calls[1].Body));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC", calls[1].Headers["readtimeutc"]);
        Assert.Contains("traceparent", calls[1].Headers.Keys);
    }

    [Fact]
    public async Task App_ThatAnswers404ToTheQuestion_IsNotCalled()
    {
        await App.CallsToAsync("/cron", 3);
        Assert.Equal("OPTIONS", Assert.Single(App.Calls, call => call.Target == "/nocron").Method);
    }

    [Fact]
    public async Task App_ThatAnswers405ToTheQuestion_IsCalled() => Assert.Equal("POST", (await App.CallsToAsync("/cron405", 2))[1].Method);

    [Fact]
    public async Task App_ThatFails_IsCalledAgainBySchedule() =>
        Assert.Equal(["OPTIONS", "POST", "POST"], (await App.CallsToAsync("/badcron", 3)).Take(3).Select(call => call.Method));

    [Fact]
    public async Task DirectionInput_IsCalledUnasked_AtItsRoute() => Assert.Equal("POST", (await App.CallsToAsync("/my/route"))[0].Method);

    [Fact]
    public async Task DirectionOutput_OfAnInputBinding_IsNothing()
    {
        await App.CallsToAsync("/cron", 3);
        Assert.Equal(0, App.CountCallsTo("/outonly"));
    }
}
