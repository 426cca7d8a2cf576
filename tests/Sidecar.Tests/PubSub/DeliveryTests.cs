using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/api/pubsub_api/#expected-http-response
public sealed class DeliveryTests
{
    private const string Subscribe = """[{"pubsubname":"ps","topic":"t","route":"/t"},{"pubsubname":"ps","topic":"other","route":"/other"},{"pubsubname":"ps","topic":"self","route":"/self","deadLetterTopic":"self"}]""";

    [Fact]
    public async Task Publish_StuckApp_FillsABoundedQueueAndThenFails()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        using Hold hold = rig.App.Hold("/t");
        await rig.PostAsync("/v1.0/publish/ps/t", "0");
        await rig.App.CallsToAsync("/t", 1);
        // 64 MiB may wait: sixteen bodies of nearly 4 MiB and one more, which the limit lets in, and then no more.
        byte[] body = new byte[4_000_000];
        Task<Answer>[] publishes = [.. Enumerable.Range(0, 24).Select(_ =>
            rig.SendAsync(HttpMethod.Post, "/v1.0/publish/ps/t?metadata.rawPayload=true", body, "application/octet-stream", default))];
        Answer refused = await await Task.WhenAny(publishes);
        Assert.Equal(500, refused.Status);
        Assert.Contains("ERR_PUBSUB_PUBLISH_MESSAGE", refused.Body, StringComparison.Ordinal);
        hold.Dispose();
        Answer[] all = await Task.WhenAll(publishes);
        Assert.Contains(all, answer => answer.Status == 204);
    }

    // daprd never delivers again on such a topic of pubsub.in-memory: its publish waits for itself.
    [Fact]
    public async Task Deliver_DeadLetterTopicIsTheTopicItself_DoesNotBlock()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        int calls = 0;
        rig.App.On("/self", _ => new AppReply(Interlocked.Increment(ref calls) < 3 ? 500 : 200));
        await rig.PostAsync("/v1.0/publish/ps/self", "1");
        await rig.App.CallsToAsync("/self", 3);
    }

    [Fact]
    public async Task Stop_WhileAPublisherWaits_AnswersIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        using Hold hold = rig.App.Hold("/t");
        await rig.PostAsync("/v1.0/publish/ps/t", "0");
        await rig.App.CallsToAsync("/t", 1);
        Task<Answer> second = rig.PostAsync("/v1.0/publish/ps/t", "1");
        await rig.PostAsync("/v1.0/publish/ps/other", "x");
        await rig.App.CallsToAsync("/other");
        await rig.StopSidecarAsync();
        Assert.NotEqual(0, (await second).Status);
    }
}
