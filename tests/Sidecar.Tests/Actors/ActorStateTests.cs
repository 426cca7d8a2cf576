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

    [Fact]
    public async Task Transaction_UpsertsAndDeletes_AreRead()
    {
        await using SidecarRig rig = await StartActiveAsync();
        Assert.Equal(204, (await rig.PostAsync(
            "/v1.0/actors/M/s1/state",
            """[{"operation":"upsert","request":{"key":"a","value":{"x":1}}},{"operation":"upsert","request":{"key":"b","value":"str"}}]""",
            "text/plain; charset=utf-8")).Status);
        Assert.Equal("""{"x":1}""", (await rig.GetAsync("/v1.0/actors/M/s1/state/a")).Body);

        Assert.Equal(204, (await rig.PutAsync(
            "/v1.0/actors/M/s1/state",
            """[{"operation":"upsert","request":{"key":"a","value":[1,2]}},{"operation":"delete","request":{"key":"b"}}]""")).Status);
        Assert.Equal("[1,2]", (await rig.GetAsync("/v1.0/actors/M/s1/state/a")).Body);
        Assert.Equal(204, (await rig.GetAsync("/v1.0/actors/M/s1/state/b")).Status);
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a||b", "a||b")]
    public async Task Transaction_OddKey_IsRead(string key, string sent)
    {
        await using SidecarRig rig = await StartActiveAsync();
        await rig.PostAsync("/v1.0/actors/M/s1/state", """[{"operation":"upsert","request":{"value":1,"key":""" + $"\"{key}\"}}}}]");
        Assert.Equal("1", (await rig.GetAsync($"/v1.0/actors/M/s1/state/{sent}")).Body);
    }

    // Dapr's own layout, so that the data outlives a move to daprd.
    [Fact]
    public void StoredKey_OfAnActor_IsDaprs() =>
        Assert.Equal("gold||Act||7||st", ActorStateRequest.StoredKey("gold", new ActorKey("Act", "7"), "st"));

    [Theory]
    [InlineData("M", "never")]
    [InlineData("Nope", "1")]
    public async Task Transaction_ActorNotActiveHere_IsRefused(string type, string id)
    {
        await using SidecarRig rig = await StartActiveAsync();
        Answer answer = await rig.PostAsync($"/v1.0/actors/{type}/{id}/state", """[{"operation":"upsert","request":{"key":"k","value":1}}]""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("""{"errorCode":"ERR_ACTOR_INSTANCE_MISSING","message":"actor instance is missing"}""", answer.Body);
        Assert.Equal(204, (await rig.GetAsync($"/v1.0/actors/{type}/{id}/state/k")).Status);
    }

    [Theory]
    [InlineData("""{"operations":[]}""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal object into Go value of type []api.TransactionalOperation")]
    [InlineData("", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: EOF")]
    [InlineData("[{", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1}},{"operation":"frob","request":{"key":"u2"}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: operation type frob not supported")]
    [InlineData("""[{"operation":"upsert","request":{"value":1}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: missing key")]
    [InlineData("""[{"operation":"upsert"}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: request data is empty")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1,"metadata":{"ttlInSeconds":"1"}}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", """error saving actor transaction state: ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled""")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1,"metadata":{"ttlInSeconds":100}}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", """error saving actor transaction state: 1 error(s) decoding:\n\n* 'Metadata[ttlInSeconds]' expected type 'string', got unconvertible type 'float64', value: '100'""")]
    public async Task Transaction_Unusable_IsRefusedAndWritesNothing(string body, int status, string code, string message)
    {
        await using SidecarRig rig = await StartActiveAsync();
        Answer answer = await rig.PostAsync("/v1.0/actors/M/s1/state", body);
        Assert.Equal(status, answer.Status);
        Assert.Equal($$"""{"errorCode":"{{code}}","message":"{{message}}"}""", answer.Body);
        Assert.Equal(204, (await rig.GetAsync("/v1.0/actors/M/s1/state/u1")).Status);
    }

    [Fact]
    public async Task Transaction_WrongEtag_RollsBack()
    {
        await using SidecarRig rig = await StartActiveAsync();
        Answer answer = await rig.PostAsync(
            "/v1.0/actors/M/s1/state",
            """[{"operation":"upsert","request":{"key":"x","value":1}},{"operation":"upsert","request":{"key":"e","value":1,"etag":"999"}}]""");
        Assert.Equal(500, answer.Status);
        Assert.Contains("possible etag mismatch. error from state store", answer.Body, StringComparison.Ordinal);
        Assert.Equal(204, (await rig.GetAsync("/v1.0/actors/M/s1/state/x")).Status);
    }

    [Fact]
    public async Task Transaction_NullOrAbsentValue_IsNull()
    {
        await using SidecarRig rig = await StartActiveAsync();
        await rig.PostAsync("/v1.0/actors/M/s1/state", """[{"operation":"upsert","request":{"key":"nul","value":null}},{"operation":"upsert","request":{"key":"nov"}}]""");
        Assert.Equal("null", (await rig.GetAsync("/v1.0/actors/M/s1/state/nul")).Body);
        Assert.Equal("null", (await rig.GetAsync("/v1.0/actors/M/s1/state/nov")).Body);
    }

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
    public async Task State_WhileATurnRuns_IsNotHeldUp()
    {
        await using SidecarRig rig = await StartActiveAsync();
        using Hold hold = rig.App.Hold("/actors/M/s1/method/slow");
        Task<Answer> turn = rig.PutAsync("/v1.0/actors/M/s1/method/slow");
        await rig.App.CallsToAsync("/actors/M/s1/method/slow");
        Assert.Equal(204, (await rig.PostAsync("/v1.0/actors/M/s1/state", """[{"operation":"upsert","request":{"key":"k","value":7}}]""")).Status);
        Assert.Equal("7", (await rig.GetAsync("/v1.0/actors/M/s1/state/k")).Body);
        hold.Dispose();
        await turn;
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

    private static async Task<SidecarRig> StartActiveAsync()
    {
        SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PutAsync("/v1.0/actors/M/s1/method/ok");
        return rig;
    }
}
