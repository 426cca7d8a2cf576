using System.Text.Json;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/api/pubsub_api/#publish-a-message-to-a-given-topic
// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/
public sealed class PublishTests
{
    private const string Subscribe =
        """
        [{"pubsubname":"ps","topic":"orders","route":"/orders"},{"pubsubname":"ps","topic":"noslash","route":"noslash"},
         {"pubsubname":"ps","topic":"a/b","route":"/slash"},{"pubsubname":"ps","topic":"noroute"},
         {"pubsubName":"ps","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}}]
        """;

    [Theory]
    [InlineData("application/json", """{ "orderId" : 7 , "b":"<&>" }""", "\"data\":{\"b\":\"\\u003c\\u0026\\u003e\",\"orderId\":7},\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json", "42", "\"data\":42,\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json", "null", "\"data\":null,\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json", "[1, 2]", "\"data\":[1,2],\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json", """{"a":""", "\"data\":\"{\\\"a\\\":\",\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json", "", "\"data\":\"\",\"datacontenttype\":\"application/json\",")]
    [InlineData("application/json; charset=utf-8", """{"a":1}""", "\"data\":{\"a\":1},\"datacontenttype\":\"application/json; charset=utf-8\",")]
    [InlineData("application/vnd.acme+json", """{"a":1}""", "\"data\":\"{\\\"a\\\":1}\",\"datacontenttype\":\"application/vnd.acme+json\",")]
    [InlineData("text/plain", "plain text", "\"data\":\"plain text\",\"datacontenttype\":\"text/plain\",")]
    [InlineData("application/xml", "<a/>", "\"data\":\"\\u003ca/\\u003e\",\"datacontenttype\":\"application/xml\",")]
    [InlineData("application/octet-stream", "abc", "\"data_base64\":\"YWJj\",\"datacontenttype\":\"application/octet-stream\",")]
    [InlineData(null, """{"a":1}""", "\"data\":\"{\\\"a\\\":1}\",\"datacontenttype\":\"text/plain\",")]
    public async Task Publish_Data_IsWrappedByItsContentType(string? contentType, string body, string data)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/orders", body, contentType)).Status);

        AppCall call = (await rig.App.CallsToAsync("/orders"))[0];
        Assert.Equal("POST", call.Method);
        Assert.Equal("application/cloudevents+json", call.Headers["content-type"]);
        Assert.Equal("ps", call.Headers["pubsubname"]);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", call.Headers["traceparent"]);
        string id = call.Json.GetProperty("id").GetString()!;
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(
            "{" + data + "\"id\":\"" + id + "\","
                + """
                "pubsubname":"ps","source":"gold","specversion":"1.0","time":"2026-01-01T00:00:00Z","topic":"orders","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}
                """,
            call.Body);
    }

    [Fact]
    public async Task Publish_BytesThatAreNoText_AreKeptOnlyAsOctetStream()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.SendAsync(HttpMethod.Post, "/v1.0/publish/ps/orders", [0, 1, 0xff, 0xfe], "application/octet-stream", default);
        await rig.SendAsync(HttpMethod.Post, "/v1.0/publish/ps/orders", "a\u00ffb"u8.ToArray()[..2], "image/png", default);
        IReadOnlyList<AppCall> calls = await rig.App.CallsToAsync("/orders", 2);
        Assert.Equal("AAH//g==", calls[0].Json.GetProperty("data_base64").GetString());
        Assert.Equal("a\ufffd", calls[1].Json.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","type":"my.type","source":"/me","id":"id-1","data":{"a":1},"time":"t","myext":"x"}""", """{"data":{"a":1},"id":"id-1","myext":"x","pubsubname":"ps","source":"/me","specversion":"1.0","time":"t","topic":"orders","traceid":"","traceparent":"","tracestate":"","type":"my.type"}""")]
    [InlineData("""{"id":"i","data":1}""", """{"data":1,"id":"i","pubsubname":"ps","source":"Dapr","specversion":"1.0","time":"2026-01-01T00:00:00Z","topic":"orders","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}""")]
    [InlineData("""{"a":1}""", """{"a":1,"pubsubname":"ps","source":"Dapr","specversion":"1.0","time":"2026-01-01T00:00:00Z","topic":"orders","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}""")]
    [InlineData("""{"id":"i","source":"s","type":"t","specversion":"1.0","time":"t","traceparent":"x","tracestate":"a=b"}""", """{"id":"i","pubsubname":"ps","source":"s","specversion":"1.0","time":"t","topic":"orders","traceid":"","traceparent":"","tracestate":"a=b","type":"t"}""")]
    [InlineData("""{"id":"i","source":"s","type":"t","specversion":"1.0","time":"t","topic":"mine","pubsubname":"mine","traceid":"mine"}""", """{"id":"i","pubsubname":"ps","source":"s","specversion":"1.0","time":"t","topic":"orders","traceid":"mine","tracestate":"","type":"t"}""")]
    public async Task Publish_CloudEvent_PassesWithWhatItLacks(string published, string delivered)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/orders?metadata.cloudevent.type=other", published, "application/cloudevents+json; charset=utf-8")).Status);
        Assert.Equal(delivered, (await rig.App.CallsToAsync("/orders"))[0].Body);
    }

    [Theory]
    [InlineData("""{"specversion":""", "unexpected EOF")]
    [InlineData("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public async Task Publish_BrokenCloudEvent_IsRefused(string published, string error)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.PostAsync("/v1.0/publish/ps/orders", published, "application/cloudevents+json");
        Assert.Equal(500, answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_CLOUD_EVENTS_SER","message":"cannot create cloudevent","details":[{"@type":"type.googleapis.com/google.rpc.ResourceInfo","description":"cannot create cloudevent","owner":"","resource_name":"ps","resource_type":"pubsub"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{"appID":"gold","error":"WHAT"},"reason":"DAPR_PUBSUB_CLOUD_EVENT_CREATION"}]}"""
                .Replace("WHAT", error, StringComparison.Ordinal),
            answer.Body);
    }

    [Fact]
    public async Task Publish_CloudEventMetadata_OverridesTheEnvelope()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync(
            "/v1.0/publish/ps/orders?metadata.cloudevent.type=my.type&metadata.cloudevent.id=my-id&metadata.cloudevent.source=my-src&metadata.cloudevent.subject=sub&metadata.cloudevent.foo=bar&other=1",
            """{"a":1}""");
        AppCall call = (await rig.App.CallsToAsync("/orders"))[0];
        Assert.Equal("my-id,my-src,sub,my.type", string.Join(',', new[] { "id", "source", "subject", "type" }.Select(name => call.Json.GetProperty(name).GetString())));
        Assert.False(call.Json.TryGetProperty("foo", out _));
        Assert.Equal("my.type", call.Headers["cloudevent.type"]);
        Assert.Equal("bar", call.Headers["cloudevent.foo"]);
        Assert.False(call.Headers.ContainsKey("other"));
    }

    [Fact]
    public async Task Publish_MetadataOfTheConnection_DoesNotBecomeAHeader()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync("/v1.0/publish/ps/orders?metadata.host=evil&metadata.content-length=1&metadata.foo=a%0Ab&metadata.x=%C3%BC&metadata.ok=yes&metadata.content-encoding=x&metadata.a%20b=c", "{}");
        AppCall call = (await rig.App.CallsToAsync("/orders"))[0];
        Assert.Equal($"127.0.0.1:{rig.App.Port}", call.Headers["host"]);
        Assert.Equal("yes", call.Headers["ok"]);
        Assert.False(call.Headers.ContainsKey("foo"));
        Assert.False(call.Headers.ContainsKey("x"));
    }

    [Fact]
    public async Task Publish_Traceparent_IsCarriedOn()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.SendAsync(
            HttpMethod.Post, "/v1.0/publish/ps/orders", "{}", "application/json",
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "x=y"));
        AppCall call = (await rig.App.CallsToAsync("/orders"))[0];
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", call.Headers["traceparent"], StringComparison.Ordinal);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", call.Json.GetProperty("traceid").GetString(), StringComparison.Ordinal);
        Assert.Equal("x=y", call.Json.GetProperty("tracestate").GetString());
    }

    [Fact]
    public async Task Publish_RawPayload_ReachesTheAppAsItIs()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync("/v1.0/publish/ps/orders?metadata.rawPayload=true", "hi", "text/plain");
        await rig.PostAsync("/v1.0/publish/ps/orders?metadata.rawPayload=true", """{"b":1, "a":2}""");
        // The text is no CloudEvent, which this subscriber expects, and is dropped.
        AppCall call = Assert.Single(await rig.App.CallsToAsync("/orders"));
        Assert.Equal("""{"b":1, "a":2}""", call.Body);
        Assert.Equal("true", call.Headers["rawpayload"]);
        Assert.False(call.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task Deliver_ToRawSubscriber_WrapsTheBytes()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync("/v1.0/publish/ps/raw?metadata.rawPayload=true", """{"a":1}""");
        await rig.PostAsync("/v1.0/publish/ps/raw", """{"a":1}""");
        IReadOnlyList<AppCall> calls = await rig.App.CallsToAsync("/raw", 2);
        string id = calls[0].Json.GetProperty("id").GetString()!;
        Assert.Equal(
            $$"""{"data_base64":"eyJhIjoxfQ==","datacontenttype":"application/octet-stream","id":"{{id}}","pubsubname":"ps","source":"Dapr","specversion":"1.0","topic":"raw","type":"com.dapr.event.sent"}""",
            calls[0].Body);
        JsonElement envelope = JsonSerializer.Deserialize<JsonElement>(calls[1].Json.GetProperty("data_base64").GetBytesFromBase64());
        Assert.Equal("com.dapr.event.sent", envelope.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("10", "2026-01-01T00:00:10Z")]
    [InlineData("abc", null)]
    [InlineData("-5", null)]
    public async Task Publish_Ttl_BecomesTheExpiration(string ttl, string? expiration)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        await rig.PostAsync($"/v1.0/publish/ps/orders?metadata.ttlInSeconds={ttl}", "{}");
        AppCall call = (await rig.App.CallsToAsync("/orders"))[0];
        Assert.Equal(ttl, call.Headers["ttlinseconds"]);
        Assert.Equal(expiration, call.Json.TryGetProperty("expiration", out JsonElement value) ? value.GetString() : null);
    }

    [Fact]
    public async Task Deliver_ExpiredMessage_IsDropped()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        using Hold hold = rig.App.Hold("/orders");
        await rig.PostAsync("/v1.0/publish/ps/orders", "1");
        await rig.App.CallsToAsync("/orders", 1);
        Task<Answer> second = rig.PostAsync("/v1.0/publish/ps/orders?metadata.ttlInSeconds=10", "2");
        Task<Answer> other = rig.PostAsync("/v1.0/publish/ps/noslash", "x");
        await rig.App.CallsToAsync("/noslash");
        await other;
        Task<Answer> third = rig.PostAsync("/v1.0/publish/ps/orders", "3");
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        hold.Dispose();
        await Task.WhenAll(second, third);
        Assert.Equal(["1", "3"], (await rig.App.CallsToAsync("/orders", 2)).Select(call => call.Json.GetProperty("data").ToString()).Order());
    }

    [Theory]
    [InlineData("/v1.0/publish/ps/a/b", "/slash")]
    [InlineData("/v1.0/publish/ps/a%2Fb", "/slash")]
    [InlineData("/v1.0/publish/ps/noslash", "/noslash")]
    public async Task Publish_TopicAndRoute_MeetAsInDapr(string path, string route)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Assert.Equal(204, (await rig.PutAsync(path, "{}")).Status);
        await rig.App.CallsToAsync(route);
    }

    [Theory]
    [InlineData("noroute")]
    [InlineData("nobody")]
    public async Task Publish_NobodyToDeliverTo_Is204(string topic)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Assert.Equal(204, (await rig.PostAsync($"/v1.0/publish/ps/{topic}", "{}")).Status);
    }

    [Theory]
    [InlineData("/v1.0/publish/nope/orders")]
    [InlineData("/v1.0/publish/bulk/nope/orders")]
    public async Task Publish_UnknownPubSub_Is404(string path)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.PostAsync(path, "[]");
        Assert.Equal(404, answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{},"reason":"DAPR_PUBSUB_NOT_FOUND"}]}""",
            answer.Body);
    }

    [Theory]
    [InlineData("POST", "/v1.0/publish/ps")]
    [InlineData("POST", "/v1.0/publish/ps/")]
    [InlineData("POST", "/v1.0/publish//orders")]
    [InlineData("GET", "/v1.0/publish/ps/orders")]
    public async Task Publish_WithoutATopicOrWithGet_IsAnUnknownRoute(string verb, string path)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.SendAsync(new HttpMethod(verb), path, null, null);
        Assert.Equal(404, answer.Status);
        Assert.Contains("ERR_DIRECT_INVOKE", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_BodyOverTheLimit_IsRefused()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        Answer answer = await rig.PostAsync("/v1.0/publish/ps/orders", new string('x', (4 << 20) + 1), "text/plain");
        Assert.Equal(500, answer.Status);
        Assert.Contains("error when publishing to topic orders in pubsub ps: stream too large", answer.Body, StringComparison.Ordinal);
    }
}
