using System.Text.Json;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.PubSub;

public sealed class PublishFixture<TSidecar>() : PubSubFixture<TSidecar>(
    60,
    0,
    """{"pubsubname":"ps","topic":"noslash","route":"noslash"}""",
    """{"pubsubname":"ps","topic":"a/b","route":"/slash"}""",
    """{"pubsubname":"ps","topic":"noroute"}""",
    """{"pubsubName":"ps","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}}""")
    where TSidecar : SidecarUnderTest, new();

/// <summary>
/// Publishing: https://docs.dapr.io/reference/api/pubsub_api/#publish-a-message-to-a-given-topic,
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/,
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-raw/ and
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-message-ttl/.
/// </summary>
public abstract class PublishConformance<TSidecar>(PublishFixture<TSidecar> fixture) : AppConformance<PublishFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Topic => field ??= Fixture.NewTopic();

    private string Path => $"/v1.0/publish/ps/{Topic}";

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
        Answer answer = contentType is null
            ? await Sidecar.PostAsync(Path, body)
            : await Sidecar.PostAsync(Path, body, ("content-type", contentType));
        answer.IsNoContent();

        AppCall call = await DeliveredAsync();
        Assert.Equal("POST", call.Method);
        Assert.Equal("application/cloudevents+json", call.Headers["content-type"]);
        Assert.Equal("ps", call.Headers["pubsubname"]);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", call.Headers["traceparent"]);
        Assert.True(Guid.TryParse(Text(call, "id"), out _));
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", Text(call, "time"));
        Assert.Equal(
            "{" + data + "\"id\":\"" + Text(call, "id") + "\",\"pubsubname\":\"ps\",\"source\":\"gold\",\"specversion\":\"1.0\",\"time\":\"" + Text(call, "time")
                + "\",\"topic\":\"" + Topic + "\",\"traceid\":\"\",\"traceparent\":\"\",\"tracestate\":\"\",\"type\":\"com.dapr.event.sent\"}",
            call.Body);
    }

    [Theory]
    [InlineData("application/octet-stream", "data_base64", "AAH//g==")]
    [InlineData("image/png", "data", "\u0000\u0001\ufffd\ufffd")]
    public async Task Publish_BytesThatAreNoText_AreKeptOnlyAsOctetStream(string contentType, string member, string data)
    {
        (await Sidecar.SendBytesAsync("POST", Path, [0, 1, 0xff, 0xfe], ("content-type", contentType))).IsNoContent();
        Assert.Equal(data, Text(await DeliveredAsync(), member));
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","type":"my.type","source":"/me","id":"id-1","data":{"a":1},"time":"t","myext":"x"}""", """{"data":{"a":1},"id":"id-1","myext":"x","pubsubname":"ps","source":"/me","specversion":"1.0","time":"t","topic":"TOPIC","traceid":"","traceparent":"","tracestate":"","type":"my.type"}""")]
    [InlineData("""{"id":"i","data":1,"time":"t"}""", """{"data":1,"id":"i","pubsubname":"ps","source":"Dapr","specversion":"1.0","time":"t","topic":"TOPIC","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}""")]
    [InlineData("""{"a":1,"time":"t"}""", """{"a":1,"pubsubname":"ps","source":"Dapr","specversion":"1.0","time":"t","topic":"TOPIC","traceid":"","traceparent":"","tracestate":"","type":"com.dapr.event.sent"}""")]
    [InlineData("""{"id":"i","source":"s","type":"t","specversion":"1.0","time":"t","traceparent":"x","tracestate":"a=b"}""", """{"id":"i","pubsubname":"ps","source":"s","specversion":"1.0","time":"t","topic":"TOPIC","traceid":"","traceparent":"","tracestate":"a=b","type":"t"}""")]
    [InlineData("""{"id":"i","source":"s","type":"t","specversion":"1.0","time":"t","topic":"mine","pubsubname":"mine","traceid":"mine"}""", """{"id":"i","pubsubname":"ps","source":"s","specversion":"1.0","time":"t","topic":"TOPIC","traceid":"mine","tracestate":"","type":"t"}""")]
    public async Task Publish_CloudEvent_PassesWithWhatItLacks(string published, string delivered)
    {
        (await Sidecar.PostAsync($"{Path}?metadata.cloudevent.type=other", published, ("content-type", "application/cloudevents+json; charset=utf-8"))).IsNoContent();
        Assert.Equal(delivered.Replace("TOPIC", Topic, StringComparison.Ordinal), (await DeliveredAsync()).Body);
    }

    [Theory]
    [InlineData("""{"specversion":""", "unexpected EOF")]
    [InlineData("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public async Task Publish_BrokenCloudEvent_IsRefused(string published, string error)
    {
        Answer answer = await Sidecar.PostAsync(Path, published, ("content-type", "application/cloudevents+json"));
        Assert.Equal(500, (int)answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_CLOUD_EVENTS_SER","message":"cannot create cloudevent","details":[{"@type":"type.googleapis.com/google.rpc.ResourceInfo","description":"cannot create cloudevent","owner":"","resource_name":"ps","resource_type":"pubsub"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{"appID":"gold","error":"WHAT"},"reason":"DAPR_PUBSUB_CLOUD_EVENT_CREATION"}]}"""
                .Replace("WHAT", error, StringComparison.Ordinal),
            answer.Body);
    }

    [Fact]
    public async Task Publish_CloudEventMetadata_OverridesTheEnvelope()
    {
        await PostJsonAsync($"{Path}?metadata.cloudevent.type=my.type&metadata.cloudevent.id=my-id&metadata.cloudevent.source=my-src&metadata.cloudevent.subject=sub&metadata.cloudevent.foo=bar", "{}");
        AppCall call = await DeliveredAsync();
        Assert.Equal("my-id,my-src,sub,my.type", string.Join(',', new[] { "id", "source", "subject", "type" }.Select(name => Text(call, name))));
        Assert.False(call.Json.TryGetProperty("foo", out _));
    }

    [Fact]
    public async Task Publish_Metadata_BecomesHeaders()
    {
        await PostJsonAsync($"{Path}?metadata.foo=bar&other=1", "{}");
        AppCall call = await DeliveredAsync();
        Assert.Equal("bar", call.Headers["foo"]);
        Assert.False(call.Headers.ContainsKey("other"));
    }

    [Fact]
    public async Task Publish_Traceparent_IsCarriedOn()
    {
        await Sidecar.PostAsync(
            Path, "{}", ("content-type", "application/json"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "x=y"));
        AppCall call = await DeliveredAsync();
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", call.Headers["traceparent"], StringComparison.Ordinal);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", Text(call, "traceid"), StringComparison.Ordinal);
        Assert.Equal("x=y", Text(call, "tracestate"));
    }

    [Fact]
    public async Task Publish_RawPayload_ReachesTheAppAsItIs()
    {
        await PostJsonAsync($"{Path}?metadata.rawPayload=true", """{"b":1, "a":2}""");
        AppCall call = await DeliveredAsync();
        Assert.Equal("""{"b":1, "a":2}""", call.Body);
        Assert.Equal("true", call.Headers["rawpayload"]);
        Assert.False(call.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task Publish_RawPayloadThatIsNoJson_IsDroppedForASubscriberOfCloudEvents()
    {
        (await Sidecar.PostAsync($"{Path}?metadata.rawPayload=true", "hi", ("content-type", "text/plain"))).IsNoContent();
        await PostJsonAsync(Path, "\"after\"");
        Assert.Equal("after", Text(await DeliveredAsync(), "data"));
    }

    [Fact]
    public async Task Deliver_ToRawSubscriber_WrapsTheBytes()
    {
        await PostJsonAsync("/v1.0/publish/ps/raw?metadata.rawPayload=true", """{"a":1}""");
        AppCall raw = (await App.CallsToAsync("/raw"))[0];
        Assert.Equal(
            $$"""{"data_base64":"eyJhIjoxfQ==","datacontenttype":"application/octet-stream","id":"{{Text(raw, "id")}}","pubsubname":"ps","source":"Dapr","specversion":"1.0","topic":"raw","type":"com.dapr.event.sent"}""",
            raw.Body);
        await PostJsonAsync("/v1.0/publish/ps/raw", """{"a":1}""");
        AppCall wrapped = (await App.CallsToAsync("/raw", 2))[1];
        JsonElement envelope = JsonSerializer.Deserialize<JsonElement>(wrapped.Json.GetProperty("data_base64").GetBytesFromBase64());
        Assert.Equal("com.dapr.event.sent", envelope.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Publish_Ttl_BecomesTheExpiration()
    {
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await PostJsonAsync($"{Path}?metadata.ttlInSeconds=100", "{}");
        AppCall call = await DeliveredAsync();
        Assert.Equal("100", call.Headers["ttlinseconds"]);
        Assert.InRange((call.Json.GetProperty("expiration").GetDateTimeOffset() - before).TotalSeconds, 98, 110);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-5")]
    public async Task Publish_TtlThatIsNone_IsNoExpiration(string ttl)
    {
        await PostJsonAsync($"{Path}?metadata.ttlInSeconds={ttl}", "{}");
        Assert.False((await DeliveredAsync()).Json.TryGetProperty("expiration", out _));
    }

    [Fact]
    public async Task Deliver_ExpiredMessage_IsDropped()
    {
        await PostJsonAsync($"{Path}?metadata.ttlInSeconds=0", "\"expired\"");
        await PostJsonAsync(Path, "\"after\"");
        Assert.Equal("after", Text(await DeliveredAsync(), "data"));
        await ObserveAsync(200);
        Assert.Equal(1, App.CountCallsTo($"/{Topic}"));
    }

    [Theory]
    [InlineData("/v1.0/publish/ps/a/b", "/slash", 1)]
    [InlineData("/v1.0/publish/ps/a%2Fb", "/slash", 2)]
    [InlineData("/v1.0/publish/ps/noslash", "/noslash", 1)]
    public async Task Publish_TopicAndRoute_Meet(string path, string route, int count)
    {
        int before = App.CountCallsTo(route);
        (await Sidecar.SendAsync("PUT", path, "{}", ("content-type", "application/json"))).IsNoContent();
        await App.CallsToAsync(route, before + 1);
        Assert.InRange(App.CountCallsTo(route), 1, count);
    }

    [Theory]
    [InlineData("noroute")]
    [InlineData("nobody")]
    public async Task Publish_NobodyToDeliverTo_IsAccepted(string topic) => (await PostJsonAsync($"/v1.0/publish/ps/{topic}", "{}")).IsNoContent();

    [Theory]
    [InlineData("/v1.0/publish/nope/orders")]
    [InlineData("/v1.0/publish/bulk/nope/orders")]
    public async Task Publish_UnknownPubSub_IsNotFound(string path)
    {
        Answer answer = await PostJsonAsync(path, "[]");
        Assert.Equal(404, (int)answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{},"reason":"DAPR_PUBSUB_NOT_FOUND"}]}""",
            answer.Body);
    }

    [Theory]
    [InlineData("POST", "/v1.0/publish/ps")]
    [InlineData("POST", "/v1.0/publish/ps/")]
    [InlineData("POST", "/v1.0/publish//orders")]
    [InlineData("GET", "/v1.0/publish/ps/orders")]
    public async Task Publish_WithoutATopicOrWithGet_IsAnUnknownRoute(string verb, string path) =>
        (await Sidecar.SendAsync(verb, path)).IsUnknownRoute();

    [Fact]
    public async Task Publish_BodyOverTheLimit_IsRefused()
    {
        Answer answer = await Sidecar.PostAsync(Path, new string('x', 5 << 20));
        Assert.Equal(500, (int)answer.Status);
        Assert.Contains($"error when publishing to topic {Topic} in pubsub ps: stream too large", answer.Message, StringComparison.Ordinal);
    }

    private async Task<AppCall> DeliveredAsync() => Assert.Single(await App.CallsToAsync($"/{Topic}"));

    private static string? Text(AppCall call, string member) => call.Json.GetProperty(member).GetString();
}
