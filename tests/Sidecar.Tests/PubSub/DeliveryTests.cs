using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/api/pubsub_api/#expected-http-response
public sealed class DeliveryTests
{
    private const string Subscribe =
        """
        [{"pubsubname":"ps","topic":"t","route":"/t"},{"pubsubname":"ps","topic":"dl","route":"/dl","deadLetterTopic":"dead"},
         {"pubsubname":"ps","topic":"dead","route":"/dead"},{"pubsubname":"ps","topic":"self","route":"/self","deadLetterTopic":"self"},
         {"pubsubname":"ps","topic":"other","route":"/other"},{"pubsubname":"nope","topic":"x","route":"/x"}]
        """;

    public static TheoryData<int, string> Refusals => new()
    {
        { 500, "boom" },
        { 404, "" },
        { 302, "" },
        { 200, """{"status":"RETRY"}""" },
        { 200, """{"status":"DROP"}""" },
        { 200, """{"status":"WHATEVER"}""" },
        { 500, """{"status":"SUCCESS"}""" },
        { -1, "" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Deliver_AppRefuses_TheMessageComesOnlyOnce(int status, string body)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        rig.App.On("/t", status < 0 ? AppReply.Close : new AppReply(status, body));
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/t", "1")).Status);
        await rig.App.CallsToAsync("/t");
        rig.App.On("/t", AppReply.Ok);
        await rig.PostAsync("/v1.0/publish/ps/t", "2");
        Assert.Equal(["1", "2"], (await rig.App.CallsToAsync("/t", 2)).Select(call => call.Json.GetProperty("data").ToString()));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Deliver_AppRefuses_TheDeadLetterTopicGetsTheEnvelopeAsItWas(int status, string body)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        rig.App.On("/dl", status < 0 ? AppReply.Close : new AppReply(status, body));
        await rig.PostAsync("/v1.0/publish/ps/dl?metadata.foo=bar", """{"a":1}""");
        AppCall dead = (await rig.App.CallsToAsync("/dead"))[0];
        Assert.Equal(Assert.Single(await rig.App.CallsToAsync("/dl")).Body, dead.Body);
        Assert.Equal("dl", dead.Json.GetProperty("topic").GetString());
        Assert.Equal("ps", dead.Headers["pubsubname"]);
        Assert.False(dead.Headers.ContainsKey("foo"));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, """{"status":"SUCCESS"}""")]
    [InlineData(200, """{"status":""")]
    [InlineData(200, "hello")]
    [InlineData(201, "")]
    [InlineData(204, "")]
    public async Task Deliver_AppHandles_NoDeadLetterFollows(int status, string body)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        rig.App.On("/dl", new AppReply(status, body));
        await rig.PostAsync("/v1.0/publish/ps/dl", "1");
        await rig.PostAsync("/v1.0/publish/ps/dl", "2");
        await rig.App.CallsToAsync("/dl", 2);
        await rig.PostAsync("/v1.0/publish/ps/dead", "\"marker\"");
        Assert.Equal("marker", Assert.Single(await rig.App.CallsToAsync("/dead")).Json.GetProperty("data").GetString());
    }

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
    public async Task Publish_WhileTheAppIsBusy_WaitsForTheMessageBeforeIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        using Hold hold = rig.App.Hold("/t");
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/t", "0")).Status);
        await rig.App.CallsToAsync("/t", 1);
        Task<Answer> second = rig.PostAsync("/v1.0/publish/ps/t", "1");
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/other", "x")).Status);
        await rig.App.CallsToAsync("/other");
        Assert.False(second.IsCompleted);
        hold.Dispose();
        Assert.Equal(204, (await second).Status);
        await rig.App.CallsToAsync("/t", 2);
    }

    [Fact]
    public async Task Deliver_ManyMessages_OneAtATimeInOrder()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(subscribe: Subscribe);
        int running = 0;
        int most = 0;
        rig.App.On("/t", async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return AppReply.Ok;
        });
        for (int i = 0; i < 100; i++) await rig.PostAsync("/v1.0/publish/ps/t", $"{i}");
        Assert.Equal(Enumerable.Range(0, 100), (await rig.App.CallsToAsync("/t", 100)).Select(call => call.Json.GetProperty("data").GetInt32()));
        Assert.Equal(1, most);
    }

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
