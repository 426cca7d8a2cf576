using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.PubSub;

public sealed class DeliveryFixture<TSidecar>() : PubSubFixture<TSidecar>(
    24,
    18,
    """{"pubsubname":"nope","topic":"x","route":"/x"}""")
    where TSidecar : SidecarUnderTest, new();

/// <summary>Answers that refuse a message: status and body; -1 closes the connection.</summary>
public static class Refusals
{
    public static TheoryData<int, string> All => new()
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
}

/// <summary>
/// What the app's answer does to a message: https://docs.dapr.io/reference/api/pubsub_api/#expected-http-response and
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-deadletter/.
/// </summary>
public abstract class DeliveryConformance<TSidecar>(DeliveryFixture<TSidecar> fixture) : AppConformance<DeliveryFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    /// <remarks>
    /// Without a resiliency policy nothing is tried again, RETRY or not: https://docs.dapr.io/operations/resiliency/resiliency-overview/.
    /// pubsub.redis acknowledges a message whose handler failed.
    /// </remarks>
    [Fact]
    public async Task Deliver_AppRefuses_TheMessageComesOnlyOnce()
    {
        // All at once, since each has to be watched for a while.
        (string Topic, int Status, string Body)[] refusals = [.. Refusals.All.Select(row => (Fixture.NewTopic(), row.Data.Item1, row.Data.Item2))];
        foreach ((string topic, int status, string body) in refusals)
        {
            App.On($"/{topic}", status < 0 ? AppReply.Close : new AppReply(status, body));
            (await PostJsonAsync($"/v1.0/publish/ps/{topic}", "1")).IsNoContent();
        }

        foreach ((string topic, _, _) in refusals) await App.CallsToAsync($"/{topic}");
        // Redis looks for what it may send again every half second, once it is two seconds old.
        await ObserveAsync(Subject.RedeliversWhatTakesLong ? 3000 : 200);
        Assert.All(refusals, refusal => Assert.Equal(1, App.CountCallsTo($"/{refusal.Topic}")));
        foreach ((string topic, _, _) in refusals)
        {
            App.On($"/{topic}", AppReply.Ok);
            await PostJsonAsync($"/v1.0/publish/ps/{topic}", "2");
            Assert.Equal(["1", "2"], (await App.CallsToAsync($"/{topic}", 2)).Select(Data));
        }
    }

    [Theory]
    [MemberData(nameof(Refusals.All), MemberType = typeof(Refusals))]
    public async Task Deliver_AppRefuses_TheDeadLetterTopicGetsTheEnvelopeAsItWas(int status, string body)
    {
        (string topic, string deadTopic) = Fixture.NewTopicWithDeadLetters();
        App.On($"/{topic}", status < 0 ? AppReply.Close : new AppReply(status, body));
        await PostJsonAsync($"/v1.0/publish/ps/{topic}?metadata.foo=bar", """{"a":1}""");
        AppCall dead = (await App.CallsToAsync($"/{deadTopic}"))[0];
        Assert.Equal(Assert.Single(await App.CallsToAsync($"/{topic}")).Body, dead.Body);
        Assert.Equal(topic, dead.Json.GetProperty("topic").GetString());
        Assert.Equal("ps", dead.Headers["pubsubname"]);
        Assert.Equal("bar", dead.Headers["foo"]);
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
        (string topic, string deadTopic) = Fixture.NewTopicWithDeadLetters();
        App.On($"/{topic}", new AppReply(status, body));
        await PostJsonAsync($"/v1.0/publish/ps/{topic}", "1");
        await App.CallsToAsync($"/{topic}");
        await ObserveAsync(200);
        await PostJsonAsync($"/v1.0/publish/ps/{deadTopic}", "\"marker\"");
        Assert.Equal("marker", Data(Assert.Single(await App.CallsToAsync($"/{deadTopic}"))));
    }

    [Fact]
    public async Task Publish_WhileTheAppIsBusyWithAnother_WaitsOnlyWhereTheBrokerHasNoQueue()
    {
        string topic = Fixture.NewTopic();
        string other = Fixture.NewTopic();
        using Hold hold = App.Hold($"/{topic}");
        (await PostJsonAsync($"/v1.0/publish/ps/{topic}", "0")).IsNoContent();
        await App.CallsToAsync($"/{topic}", 1);
        Task<Answer> second = PostJsonAsync($"/v1.0/publish/ps/{topic}", "1");
        (await PostJsonAsync($"/v1.0/publish/ps/{other}", "x")).IsNoContent();
        await App.CallsToAsync($"/{other}");
        if (Subject.DeliversOneByOne)
        {
            await ObserveAsync(200);
            Assert.False(second.IsCompleted);
        }
        else
        {
            (await second).IsNoContent();
        }

        hold.Dispose();
        (await second).IsNoContent();
        await App.CallsToAsync($"/{topic}", 2);
    }

    [Fact]
    public async Task Deliver_ManyMessages_EachOnceAndAsManyAtOnceAsTheBrokerHands()
    {
        string topic = Fixture.NewTopic();
        int running = 0;
        int most = 0;
        App.On($"/{topic}", async _ =>
        {
            int now = Interlocked.Increment(ref running);
            int seen;
            while (now > (seen = Volatile.Read(ref most))) Interlocked.CompareExchange(ref most, now, seen);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            Interlocked.Decrement(ref running);
            return AppReply.Ok;
        });
        for (int i = 0; i < 40; i++) await PostJsonAsync($"/v1.0/publish/ps/{topic}", $"{i}");
        IEnumerable<int> numbers = (await App.CallsToAsync($"/{topic}", 40)).Select(call => call.Json.GetProperty("data").GetInt32());
        if (Subject.DeliversOneByOne)
        {
            Assert.Equal(Enumerable.Range(0, 40), numbers);
            Assert.Equal(1, most);
        }
        else
        {
            Assert.Equal(Enumerable.Range(0, 40), numbers.Order());
            Assert.InRange(most, 2, 10);
        }
    }

    /// <summary>https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-redis-pubsub/ (<c>processingTimeout</c>, <c>redeliverInterval</c>).</summary>
    [Fact]
    public async Task Deliver_AppTakesLongerThanTheProcessingTimeout_TheMessageComesAgainWhereTheBrokerKeepsIt()
    {
        string topic = Fixture.NewTopic();
        using Hold hold = App.Hold($"/{topic}");
        await PostJsonAsync($"/v1.0/publish/ps/{topic}", "\"slow\"");
        await App.CallsToAsync($"/{topic}");
        if (Subject.RedeliversWhatTakesLong)
        {
            Assert.All(await App.CallsToAsync($"/{topic}", 2), call => Assert.Equal("slow", Data(call)));
        }
        else
        {
            await ObserveAsync(3000);
            Assert.Equal(1, App.CountCallsTo($"/{topic}"));
        }
    }

    private static string Data(AppCall call) => call.Json.GetProperty("data").ToString();
}
