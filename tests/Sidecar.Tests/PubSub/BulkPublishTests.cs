using System.Text.Json;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/api/pubsub_api/#publish-multiple-messages-to-a-given-topic
public sealed class BulkPublishTests
{
    private const string Subscribe = """[{"pubsubname":"ps","topic":"orders","route":"/orders"}]""";

    [Theory]
    [InlineData("POST", "/v1.0/publish/bulk/ps/orders")]
    [InlineData("PUT", "/v1.0/publish/bulk/ps/orders")]
    [InlineData("POST", "/v1.0-alpha1/publish/bulk/ps/orders")]
    public async Task Publish_Entries_AreDeliveredOneByOneInOrder(string verb, string path)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.SendAsync(
            new HttpMethod(verb),
            path,
            """[{"entryId":"1","event":{"a":1},"contentType":"application/json"},{"entryId":"2","event":"text","contentType":"text/plain"},{"entryId":"3","event":"AAEC","contentType":"application/octet-stream","metadata":{"x":"y"}}]""",
            "application/json");
        Assert.Equal(204, answer.Status);
        IReadOnlyList<AppCall> calls = await rig.App.CallsToAsync("/orders", 3);
        Assert.Equal("""{"a":1}""", calls[0].Json.GetProperty("data").GetRawText());
        Assert.Equal("text", calls[1].Json.GetProperty("data").GetString());
        Assert.Equal("AAEC", calls[2].Json.GetProperty("data_base64").GetString());
        Assert.Equal("y", calls[2].Headers["x"]);
    }

    [Fact]
    public async Task Publish_EntryMetadata_ShapesItsEnvelope()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync("/v1.0/publish/bulk/ps/orders", """[{"entryId":"1","event":{"a":1},"contentType":"application/json","metadata":{"ttlInSeconds":"10","cloudevent.type":"over"}}]""");
        JsonElement envelope = (await rig.App.CallsToAsync("/orders"))[0].Json;
        Assert.Equal("over", envelope.GetProperty("type").GetString());
        Assert.Equal("2026-01-01T00:00:10Z", envelope.GetProperty("expiration").GetString());
    }

    [Fact]
    public async Task Publish_JsonEntryWithoutEvent_IsNull()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync("/v1.0/publish/bulk/ps/orders", """[{"entryId":"1","contentType":"application/json"}]""");
        Assert.Equal(JsonValueKind.Null, (await rig.App.CallsToAsync("/orders"))[0].Json.GetProperty("data").ValueKind);
    }

    [Theory]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"event":"x","contentType":"text/plain"}]""", "error marshaling events to bytes for topic orders pubsub ps. error: entryId is duplicated or not present for entry", "DAPR_PUBSUB_MARSHAL_EVENTS")]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"entryId":"1","event":"x","contentType":"text/plain"}]""", "error marshaling events to bytes for topic orders pubsub ps. error: entryId is duplicated or not present for entry", "DAPR_PUBSUB_MARSHAL_EVENTS")]
    [InlineData("""[{"entryId":"1","event":{"a":1}}]""", "error when marshalling cloud event envelope for topic orders pubsub ps: error: mismatch between contentType and event", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""[{"entryId":"1","event":{"a":1},"contentType":"text/plain"}]""", "error when marshalling cloud event envelope for topic orders pubsub ps: error: mismatch between contentType and event", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""[{"entryId":"1","event":1,"contentType":"application/json"},{"entryId":"2","event":"!!!","contentType":"application/octet-stream"}]""", "error when marshalling cloud event envelope for topic orders pubsub ps: error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte 0", "DAPR_PUBSUB_MARSHAL_ENVELOPE")]
    [InlineData("""{"entryId":"1"}""", "error when unmarshaling the request for topic orders pubsub ps: json: cannot unmarshal object into Go value of type []http.bulkPublishMessageEntry", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    [InlineData("[{", "error when unmarshaling the request for topic orders pubsub ps: unexpected EOF", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    [InlineData("", "error when unmarshaling the request for topic orders pubsub ps: EOF", "DAPR_PUBSUB_UNMARSHAL_EVENTS")]
    public async Task Publish_OneBadEntry_RefusesAll(string body, string message, string reason)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.PostAsync("/v1.0/publish/bulk/ps/orders", body);
        Assert.Equal(400, answer.Status);
        JsonElement error = JsonSerializer.Deserialize<JsonElement>(answer.Body);
        Assert.Equal("ERR_PUBSUB_EVENTS_SER", error.GetProperty("errorCode").GetString());
        Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.Equal(reason, error.GetProperty("details")[1].GetProperty("reason").GetString());
        await rig.PostAsync("/v1.0/publish/ps/orders", "\"after\"");
        Assert.Equal("after", Assert.Single(await rig.App.CallsToAsync("/orders")).Json.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Publish_BadCloudEventEntry_RefusesAll()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.PostAsync("/v1.0/publish/bulk/ps/orders", """[{"entryId":"2","event":"x","contentType":"application/cloudevents+json"}]""");
        Assert.Equal(500, answer.Status);
        Assert.Contains("json: cannot unmarshal string into Go value of type map[string]interface {}", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_EmptyList_Is204()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/bulk/ps/orders", "[]")).Status);
    }
}
