using System.Text.Json;
using Gateway.Sidecar.Tests.Conformance;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// State of actors: https://docs.dapr.io/reference/api/actors_api/#actor-state-transactions and
/// https://docs.dapr.io/reference/api/actors_api/#get-actor-state.
/// </summary>
public abstract class ActorStateConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Transaction_UpsertsAndDeletes_AreRead(string verb)
    {
        string actor = await NewActorAsync();
        await WriteAsync(actor, """{"operation":"upsert","request":{"key":"a","value":{"x":1}}},{"operation":"upsert","request":{"key":"b","value":"str"}}""");
        Answer read = await Sidecar.GetAsync($"{actor}/state/a");
        read.IsJson("""{"x":1}""");

        (await Sidecar.SendAsync(
            verb,
            $"{actor}/state",
            """[{"operation":"upsert","request":{"key":"a","value":[1,2]}},{"operation":"delete","request":{"key":"b"}}]""",
            ("content-type", "application/json"))).IsNoContent();
        (await Sidecar.GetAsync($"{actor}/state/a")).IsJson("[1,2]");
        (await Sidecar.GetAsync($"{actor}/state/b")).IsNoContent();
    }

    [Fact]
    public async Task Get_KeyThatIsAbsent_IsNoContent() => (await Sidecar.GetAsync($"{await NewActorAsync()}/state/absent")).IsNoContent();

    [Fact]
    public async Task Get_KeyOfAnotherActor_IsNoContent()
    {
        string actor = await NewActorAsync();
        await WriteAsync(actor, """{"operation":"upsert","request":{"key":"k","value":1}}""");
        (await Sidecar.GetAsync($"{await NewActorAsync()}/state/k")).IsNoContent();
        (await Sidecar.GetAsync($"{actor}/state/k")).IsJson("1");
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a||b", "a||b")]
    public async Task Transaction_OddKey_IsRead(string key, string sent)
    {
        string actor = await NewActorAsync();
        await WriteAsync(actor, $$$"""{"operation":"upsert","request":{"value":1,"key":{{{JsonSerializer.Serialize(key)}}}}}""");
        (await Sidecar.GetAsync($"{actor}/state/{sent}")).IsJson("1");
    }

    [Fact]
    public async Task Transaction_NullOrAbsentValue_IsNull()
    {
        string actor = await NewActorAsync();
        await WriteAsync(actor, """{"operation":"upsert","request":{"key":"null","value":null}},{"operation":"upsert","request":{"key":"absent"}}""");
        (await Sidecar.GetAsync($"{actor}/state/null")).IsJson("null");
        (await Sidecar.GetAsync($"{actor}/state/absent")).IsJson("null");
    }

    [Fact]
    public async Task Transaction_Empty_IsAccepted() => await WriteAsync(await NewActorAsync(), "");

    [Fact]
    public async Task Transaction_DeleteOfAnAbsentKey_IsAccepted() =>
        await WriteAsync(await NewActorAsync(), """{"operation":"delete","request":{"key":"absent"}}""");

    [Theory]
    [InlineData("M")]
    [InlineData("Nope")]
    public async Task Transaction_ActorNotActiveHere_IsRefused(string type)
    {
        string actor = $"/v1.0/actors/{type}/{Fixture.NewId()}";
        (await PostJsonAsync($"{actor}/state", """[{"operation":"upsert","request":{"key":"k","value":1}}]""")).IsError(
            400, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");
        (await Sidecar.GetAsync($"{actor}/state/k")).IsNoContent();
    }

    [Theory]
    [InlineData("""{"operations":[]}""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal object into Go value of type []api.TransactionalOperation")]
    [InlineData("", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: EOF")]
    [InlineData("[{", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1}},{"operation":"frob","request":{"key":"u2"}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: operation type frob not supported")]
    [InlineData("""[{"operation":"upsert","request":{"value":1}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: missing key")]
    [InlineData("""[{"operation":"upsert"}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: request data is empty")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1,"metadata":{"ttlInSeconds":"1"}}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled")]
    [InlineData("""[{"operation":"upsert","request":{"key":"u1","value":1,"metadata":{"ttlInSeconds":100}}}]""", 500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", "error saving actor transaction state: 1 error(s) decoding:\n\n* 'Metadata[ttlInSeconds]' expected type 'string', got unconvertible type 'float64', value: '100'")]
    public async Task Transaction_Unusable_IsRefusedAndWritesNothing(string body, int status, string code, string message)
    {
        string actor = await NewActorAsync();
        (await PostJsonAsync($"{actor}/state", body)).IsError(status, code, message);
        (await Sidecar.GetAsync($"{actor}/state/u1")).IsNoContent();
    }

    [Fact]
    public async Task Transaction_WrongEtag_Fails()
    {
        string actor = await NewActorAsync();
        await WriteAsync(actor, """{"operation":"upsert","request":{"key":"e","value":1}}""");
        Answer answer = await PostJsonAsync(
            $"{actor}/state", """[{"operation":"upsert","request":{"key":"x","value":1}},{"operation":"upsert","request":{"key":"e","value":2,"etag":"999"}}]""");
        Assert.Equal((500, "ERR_ACTOR_STATE_TRANSACTION_SAVE"), ((int)answer.Status, answer.ErrorCode));
        (await Sidecar.GetAsync($"{actor}/state/e")).IsJson("1");
        // What becomes of the other keys is the store's: Dapr's Redis has written them.
        Answer other = await Sidecar.GetAsync($"{actor}/state/x");
        if (Subject.RollsBack) other.IsNoContent();
        else other.IsJson("1");
    }

    [Fact]
    public async Task State_OfAnActorThatWasDeactivated_IsStillThere()
    {
        string id = Fixture.NewId();
        await PutAsync($"/v1.0/actors/Idle/{id}/method/ok");
        await WriteAsync($"/v1.0/actors/Idle/{id}", """{"operation":"upsert","request":{"key":"k","value":1}}""");
        await App.CallsToAsync($"/actors/Idle/{id}");
        (await Sidecar.GetAsync($"/v1.0/actors/Idle/{id}/state/k")).IsJson("1");
    }

    private async Task<string> NewActorAsync()
    {
        string actor = $"/v1.0/actors/M/{Fixture.NewId()}";
        Assert.Equal(200, (int)(await PutAsync($"{actor}/method/ok")).Status);
        return actor;
    }

    private async Task WriteAsync(string actor, string operations) => (await PostJsonAsync($"{actor}/state", $"[{operations}]")).IsNoContent();
}
