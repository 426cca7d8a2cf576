using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.State;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#actor-state-transactions
public sealed class ActorStateTests
{
    private const string Config = """{"entities":["M"]}""";

    private const string WithTtl =
        """
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: config
        spec:
          features:
            - name: ActorStateTTL
              enabled: true
        """;

    // Dapr's own layout, so that the data outlives a move to daprd.
    [Fact]
    public void StoredKey_OfAnActor_IsDaprs() =>
        Assert.Equal("gold||Act||7||st", ActorStateRequest.StoredKey("gold", new ActorKey("Act", "7"), "st"));

    [Fact]
    public async Task Transaction_TtlWithTheFeatureOn_Expires()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, configuration: WithTtl);
        await rig.PutAsync("/v1.0/actors/M/s1/method/ok");
        Assert.Equal(204, (await rig.PostAsync("/v1.0/actors/M/s1/state", """[{"operation":"upsert","request":{"key":"t","value":1,"metadata":{"ttlInSeconds":"10"}}}]""")).Status);
        Answer answer = await rig.GetAsync("/v1.0/actors/M/s1/state/t");
        Assert.Equal("1", answer.Body);
        Assert.Equal("2026-01-01T00:00:10Z", answer.Header("metadata.ttlExpireTime"));
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(204, (await rig.GetAsync("/v1.0/actors/M/s1/state/t")).Status);
    }

    [Fact]
    public async Task Actors_WithoutAnActorStateStore_AreOff()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, components: "");
        Answer get = await rig.GetAsync("/v1.0/actors/M/1/state/k");
        Assert.Equal(500, get.Status);
        Assert.Contains("ERR_ACTOR_RUNTIME_NOT_FOUND", get.Body, StringComparison.Ordinal);
        Assert.Equal(500, (await rig.PassTimeAsync(rig.PutAsync("/v1.0/actors/M/1/method/x"))).Status);
        Assert.Contains("ERR_ACTOR_REMINDER_NON_HOSTED", (await rig.PostAsync("/v1.0/actors/M/1/reminders/r", """{"dueTime":"1s"}""")).Body, StringComparison.Ordinal);
        Assert.Contains("actor type not registered", (await rig.PostAsync("/v1.0/actors/M/1/timers/t", """{"dueTime":"1s"}""")).Body, StringComparison.Ordinal);
        Assert.Contains("""[{"type":"M"}]""", (await rig.GetAsync("/v1.0/metadata")).Body, StringComparison.Ordinal);
    }
}
