using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/api/pubsub_api/#publish-a-message-to-a-given-topic
// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/
public sealed class PublishTests
{
    private const string Subscribe = """[{"pubsubname":"ps","topic":"orders","route":"/orders"},{"pubsubname":"ps","topic":"other","route":"/other"}]""";

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
    public async Task Deliver_ExpiredMessage_IsDropped()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        using Hold hold = rig.App.Hold("/orders");
        await rig.PostAsync("/v1.0/publish/ps/orders", "1");
        await rig.App.CallsToAsync("/orders", 1);
        Task<Answer> second = rig.PostAsync("/v1.0/publish/ps/orders?metadata.ttlInSeconds=10", "2");
        Task<Answer> other = rig.PostAsync("/v1.0/publish/ps/other", "x");
        await rig.App.CallsToAsync("/other");
        await other;
        Task<Answer> third = rig.PostAsync("/v1.0/publish/ps/orders", "3");
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        hold.Dispose();
        await Task.WhenAll(second, third);
        Assert.Equal(["1", "3"], (await rig.App.CallsToAsync("/orders", 2)).Select(call => call.Json.GetProperty("data").ToString()).Order());
    }
}
