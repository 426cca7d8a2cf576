using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>
/// The app's answer to <c>/dapr/subscribe</c>: https://docs.dapr.io/reference/api/pubsub_api/#optional-application-user-code-routes and
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/subscription-methods/#programmatic-subscriptions. Each has a
/// sidecar of its own.
/// </summary>
public abstract class SubscribeConformance<TSidecar>
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData(404, "")]
    [InlineData(500, "x")]
    [InlineData(200, "")]
    [InlineData(200, "[{")]
    [InlineData(200, """{"a":1}""")]
    [InlineData(200, "[]")]
    public async Task Start_AnswerWithoutSubscriptions_IsHealthy(int status, string body)
    {
        await using var sidecar = new TSidecar();
        await using ScriptedApp app = await StartAppAsync(sidecar, new AppReply(status, body, "application/json"));
        using var caller = new SidecarCaller(await sidecar.StartAsync(new SidecarSetup(), app.Port));
        AppCall call = Assert.Single(await app.CallsToAsync("/dapr/subscribe"));
        Assert.Equal("GET", call.Method);
        Assert.Equal(SidecarUnderTest.AppId, call.Headers["dapr-app-id"]);
        (await caller.GetAsync("/v1.0/healthz")).IsNoContent();
        (await caller.PostAsync("/v1.0/publish/ps/t", "{}")).IsNoContent();
    }

    /// <summary>https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-redis-pubsub/: at least once, from the sidecar's consumer group.</summary>
    [Fact]
    public async Task Restart_MessageThatTheAppHolds_ComesAgainWhereTheBrokerKeepsIt()
    {
        await using var sidecar = new TSidecar();
        await using ScriptedApp app = await StartAppAsync(sidecar, AppReply.Json("""[{"pubsubname":"ps","topic":"t","route":"/t"}]"""));
        using Hold hold = app.Hold("/t");
        using (var caller = new SidecarCaller(await sidecar.StartAsync(new SidecarSetup(), app.Port)))
        {
            (await caller.PostAsync("/v1.0/publish/ps/t", "x")).IsNoContent();
            await app.CallsToAsync("/t");
        }

        await sidecar.StopAsync();
        int before = app.CountCallsTo("/t");
        await sidecar.StartAsync(new SidecarSetup(), app.Port);
        if (sidecar.KeepsMessages)
        {
            await app.CallsToAsync("/t", before + 1);
        }
        else
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Equal(before, app.CountCallsTo("/t"));
        }
    }

    private static async Task<ScriptedApp> StartAppAsync(TSidecar sidecar, AppReply subscribe)
    {
        Assert.SkipWhen(sidecar.Missing is not null, sidecar.Missing ?? "");
        ScriptedApp app = await ScriptedApp.StartAsync();
        app.On("/dapr/config", new AppReply(404));
        app.On("/dapr/subscribe", subscribe);
        return app;
    }
}
