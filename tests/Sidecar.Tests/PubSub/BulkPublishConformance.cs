using System.Text.Json;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.PubSub;

public sealed class BulkPublishFixture<TSidecar>() : PubSubFixture<TSidecar>(30, 0)
    where TSidecar : SidecarUnderTest, new();

/// <summary>
/// Publishing in bulk: https://docs.dapr.io/reference/api/pubsub_api/#publish-multiple-messages-to-a-given-topic and
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#publishing-messages-in-bulk.
/// </summary>
public abstract class BulkPublishConformance<TSidecar>(BulkPublishFixture<TSidecar> fixture) : AppConformance<BulkPublishFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Topic => field ??= Fixture.NewTopic();

    private string Path => $"/v1.0/publish/bulk/ps/{Topic}";

    [Theory]
    [InlineData("POST", "v1.0")]
    [InlineData("PUT", "v1.0")]
    [InlineData("POST", "v1.0-alpha1")]
    public async Task Publish_Entries_AreDeliveredOneByOne(string verb, string version)
    {
        Answer answer = await Sidecar.SendAsync(
            verb,
            $"/{version}/publish/bulk/ps/{Topic}",
            """[{"entryId":"1","event":{"a":1},"contentType":"application/json"},{"entryId":"2","event":"text","contentType":"text/plain"},{"entryId":"3","event":"AAEC","contentType":"application/octet-stream","metadata":{"x":"y"}}]""",
            ("content-type", "application/json"));
        answer.IsNoContent();
        IReadOnlyList<AppCall> calls = await App.CallsToAsync($"/{Topic}", 3);
        Assert.Single(calls, call => call.Json.TryGetProperty("data", out JsonElement data) && data.GetRawText() == """{"a":1}""");
        Assert.Single(calls, call => call.Json.TryGetProperty("data", out JsonElement data) && data.GetRawText() == "\"text\"");
        AppCall bytes = Assert.Single(calls, call => call.Json.TryGetProperty("data_base64", out JsonElement data) && data.GetString() == "AAEC");
        Assert.Equal("y", bytes.Headers["x"]);
        Assert.Equal(3, calls.Select(call => call.Json.GetProperty("id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Publish_EntryMetadata_ShapesItsEnvelope()
    {
        await PostJsonAsync(Path, """[{"entryId":"1","event":{"a":1},"contentType":"application/json","metadata":{"ttlInSeconds":"100","cloudevent.type":"over"}}]""");
        JsonElement envelope = (await App.CallsToAsync($"/{Topic}"))[0].Json;
        Assert.Equal("over", envelope.GetProperty("type").GetString());
        Assert.True(envelope.TryGetProperty("expiration", out _));
    }

    [Fact]
    public async Task Publish_RawPayload_IsNotWrapped()
    {
        (await PostJsonAsync($"{Path}?metadata.rawPayload=true", """[{"entryId":"1","event":{"a":1},"contentType":"application/json"}]""")).IsNoContent();
        Assert.Equal("""{"a":1}""", (await App.CallsToAsync($"/{Topic}"))[0].Body);
    }

    [Fact]
    public async Task Publish_CloudEventEntry_PassesWithWhatItLacks()
    {
        (await PostJsonAsync(Path, """[{"entryId":"1","event":{"id":"mine","type":"t","source":"s","specversion":"1.0","data":1},"contentType":"application/cloudevents+json"}]""")).IsNoContent();
        JsonElement envelope = (await App.CallsToAsync($"/{Topic}"))[0].Json;
        Assert.Equal("mine", envelope.GetProperty("id").GetString());
        Assert.Equal(Topic, envelope.GetProperty("topic").GetString());
    }

    [Fact]
    public async Task Publish_JsonEntryWithoutEvent_IsNull()
    {
        await PostJsonAsync(Path, """[{"entryId":"1","contentType":"application/json"}]""");
        Assert.Equal(JsonValueKind.Null, (await App.CallsToAsync($"/{Topic}"))[0].Json.GetProperty("data").ValueKind);
    }

    [Theory]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"event":"x","contentType":"text/plain"}]""", "error marshaling events to bytes for topic TOPIC pubsub ps. error: entryId is duplicated or not present for entry", "DAPR_PUBSUB_MARSHAL_EVENTS")]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"entryId":"1","event":"x","contentType":"text/plain"}]""", "error marshaling events to bytes for topic TOPIC pubsub ps. error: entryId is duplicated or not present for entry", "DAPR_PUBSUB_MARSHAL_EVENTS")]
    [InlineData("""[{"entryId":"1","event":{"a":1}}]""", "error when marshalling cloud event envelope for topic TOPIC pubsub ps: error: mismatch between contentType and event", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""[{"entryId":"1","event":{"a":1},"contentType":"text/plain"}]""", "error when marshalling cloud event envelope for topic TOPIC pubsub ps: error: mismatch between contentType and event", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"entryId":"2","event":"!!!","contentType":"application/octet-stream"}]""", "error when marshalling cloud event envelope for topic TOPIC pubsub ps: error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte 0", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""{"entryId":"1"}""", "error when unmarshaling the request for topic TOPIC pubsub ps: json: cannot unmarshal object into Go value of type []http.bulkPublishMessageEntry", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    [InlineData("[{", "error when unmarshaling the request for topic TOPIC pubsub ps: unexpected EOF", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    [InlineData("", "error when unmarshaling the request for topic TOPIC pubsub ps: EOF", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    public async Task Publish_OneBadEntry_RefusesAll(string body, string message, string reason)
    {
        Answer answer = await PostJsonAsync(Path, body);
        answer.IsError(400, "ERR_PUBSUB_EVENTS_SER", message.Replace("TOPIC", Topic, StringComparison.Ordinal));
        Assert.Equal(reason, JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("details")[1].GetProperty("reason").GetString());
        await PostJsonAsync($"/v1.0/publish/ps/{Topic}", "\"after\"");
        Assert.Equal("after", Assert.Single(await App.CallsToAsync($"/{Topic}")).Json.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Publish_BadCloudEventEntry_RefusesAll()
    {
        Answer answer = await PostJsonAsync(Path, """[{"entryId":"2","event":"x","contentType":"application/cloudevents+json"}]""");
        Assert.Equal(500, (int)answer.Status);
        Assert.Contains("json: cannot unmarshal string into Go value of type map[string]interface {}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_EmptyList_IsAccepted() => (await PostJsonAsync(Path, "[]")).IsNoContent();
}
