using Gateway.Sidecar.Tests.Conformance;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>An app with actors whose state may expire.</summary>
public sealed class ActorTtlFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup { Config = """{"entities":["M"]}""", Configuration = WithTtl })
    where TSidecar : SidecarUnderTest, new()
{
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
}

/// <summary>State of actors that expires: https://docs.dapr.io/reference/api/actors_api/#ttl and https://docs.dapr.io/operations/support/support-preview-features/.</summary>
public abstract class ActorStateTtlConformance<TSidecar>(ActorTtlFixture<TSidecar> fixture) : AppConformance<ActorTtlFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Fact]
    public async Task Ttl_WhenItIsOver_TheKeyIsMissing()
    {
        string state = await NewStateAsync();
        await WriteAsync(state, """{"key":"t","value":1,"metadata":{"ttlInSeconds":"1"}}""");
        (await Sidecar.GetAsync($"{state}/t")).IsJson("1");
        await EventuallyAsync($"{state}/t", answer => (int)answer.Status == 204);
    }

    [Fact]
    public async Task Ttl_OfAKey_IsToldWithIt()
    {
        string state = await NewStateAsync();
        await WriteAsync(state, """{"key":"t","value":1,"metadata":{"ttlInSeconds":"100"}}""");
        Answer answer = await Sidecar.GetAsync($"{state}/t");
        answer.IsJson("1");
        Assert.Equal(Subject.TellsExpiry, answer.Headers.ContainsKey("metadata.ttlExpireTime"));
    }

    [Fact]
    public async Task Ttl_OfOneKey_LeavesTheOthers()
    {
        string state = await NewStateAsync();
        await WriteAsync(state, """{"key":"t","value":1,"metadata":{"ttlInSeconds":"1"}}""");
        await WriteAsync(state, """{"key":"k","value":2}""");
        await EventuallyAsync($"{state}/t", answer => (int)answer.Status == 204);
        (await Sidecar.GetAsync($"{state}/k")).IsJson("2");
    }

    [Fact]
    public async Task Ttl_ThatIsNoNumber_IsRefused()
    {
        string state = await NewStateAsync();
        Answer answer = await PostJsonAsync(state, """[{"operation":"upsert","request":{"key":"t","value":1,"metadata":{"ttlInSeconds":"abc"}}}]""");
        Assert.Equal((500, "ERR_ACTOR_STATE_TRANSACTION_SAVE"), ((int)answer.Status, answer.ErrorCode));
        (await Sidecar.GetAsync($"{state}/t")).IsNoContent();
    }

    private async Task<string> NewStateAsync()
    {
        string actor = $"/v1.0/actors/M/{Guid.NewGuid():N}";
        Assert.Equal(200, (int)(await PutAsync($"{actor}/method/ok")).Status);
        return $"{actor}/state";
    }

    private async Task WriteAsync(string state, string request) =>
        (await PostJsonAsync(state, $$"""[{"operation":"upsert","request":{{request}}}]""")).IsNoContent();
}
