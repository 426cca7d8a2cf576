using System.Text.Json;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// The app's answer to <c>/dapr/config</c>: https://docs.dapr.io/reference/api/actors_api/#get-registered-actors and
/// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-runtime-config/. Each has a sidecar of its own.
/// </summary>
public abstract class ActorConfigConformance<TSidecar>
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("""{"entities":["T1","T2","T1"],"foo":1}""", "T1", "T2")]
    [InlineData("""{"entities":["T"],"actorIdleTimeout":"0h10m0s0ms","actorScanInterval":"0h0m35s0ms","drainOngoingCallTimeout":"0h1m30s0ms","drainRebalancedActors":true,"remindersStoragePartitions":7,"reentrancy":{"enabled":true,"maxStackDepth":8}}""", "T")]
    [InlineData("""{"entities":["T","U"],"actorIdleTimeout":"1h30m","entitiesConfig":[{"entities":["U"],"actorIdleTimeout":"1m","reentrancy":{"enabled":true}}]}""", "T", "U")]
    [InlineData("""{"entities":["T"],"actorIdleTimeout":"PT1H"}""")]
    [InlineData("""{"entities":["T"],"actorIdleTimeout":60}""")]
    [InlineData("""{"entities":""")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Config_OfTheApp_SaysWhichTypesItHosts(string? config, params string[] hosted)
    {
        await using var sidecar = new TSidecar();
        Assert.SkipWhen(sidecar.Missing is not null, sidecar.Missing ?? "");
        await using ScriptedApp app = await ScriptedApp.StartAsync();
        app.On("/dapr/config", config is null ? new AppReply(404) : AppReply.Json(config));
        app.On("/dapr/subscribe", new AppReply(404));
        using var caller = new SidecarCaller(await sidecar.StartAsync(new SidecarSetup { Config = config }, app.Port));

        AppCall call = Assert.Single(await app.CallsToAsync("/dapr/config"));
        Assert.Equal("GET", call.Method);
        Assert.Equal(SidecarUnderTest.AppId, call.Headers["dapr-app-id"]);
        (await caller.GetAsync("/v1.0/healthz")).IsNoContent();
        Answer metadata = await caller.GetAsync("/v1.0/metadata");
        JsonElement runtime = JsonSerializer.Deserialize<JsonElement>(metadata.Body).GetProperty("actorRuntime");
        Assert.Equal("RUNNING", runtime.GetProperty("runtimeStatus").GetString());
        Assert.Equal(
            hosted,
            runtime.TryGetProperty("activeActors", out JsonElement active) ? active.EnumerateArray().Select(type => type.GetProperty("type").GetString()!).Order() : []);
        foreach (string type in hosted) Assert.Equal(200, (int)(await caller.SendAsync("PUT", $"/v1.0/actors/{type}/1/method/ok")).Status);
    }
}
