using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#invoke-actor-method
public sealed class ActorMethodTests
{
    private const string Config = """{"entities":["M"]}""";

    [Fact]
    public async Task Invoke_AppClosesTheConnection_IsAnError()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On("/actors/M/1/method/close", AppReply.Close);
        Answer answer = await rig.PutAsync("/v1.0/actors/M/1/method/close", "{}");
        Assert.Equal(500, answer.Status);
        Assert.Contains($"Put \\\"http://127.0.0.1:{rig.App.Port}/actors/M/1/method/close\\\": EOF", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_TypeThatNobodyHosts_IsAnErrorAfterFiveSeconds()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        DateTimeOffset start = rig.Time.GetUtcNow();
        Answer answer = await rig.PassTimeAsync(rig.PutAsync("/v1.0/actors/Nope/1/method/ok", "{}"));
        Assert.Equal(500, answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method: failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor 'Nope/1'"}""",
            answer.Body);
        Assert.True(rig.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Invoke_PercentSignInId_IsAnError()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PutAsync("/v1.0/actors/M/a%25b/method/ok", "{}");
        Assert.Equal(500, answer.Status);
        Assert.Contains($"parse \\\"http://127.0.0.1:{rig.App.Port}/actors/M/a%b/method/ok\\\": invalid URL escape \\\"%b/\\\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_CallerGoesAway_ItsTurnStillKeepsOthersOut()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold("/actors/M/1/method/slow");
        using var giveUp = new CancellationTokenSource();
        Task<Answer> first = rig.SendAsync(HttpMethod.Put, "/v1.0/actors/M/1/method/slow", null, null, giveUp.Token);
        await rig.App.CallsToAsync("/actors/M/1/method/slow");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Task<Answer> second = rig.PutAsync("/v1.0/actors/M/1/method/ok");
        Assert.Equal(200, (await rig.PutAsync("/v1.0/actors/M/2/method/ok")).Status);
        Assert.Equal(0, rig.App.CountCallsTo("/actors/M/1/method/ok"));
        hold.Dispose();
        Assert.Equal(200, (await second).Status);
    }
}
