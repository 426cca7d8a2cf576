using System.Text.Json;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

public sealed class BulkSubscribeFixture<TSidecar>() : PubSubFixture<TSidecar>(
    0,
    0,
    [
        """{"pubsubname":"ps","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":400}}""",
        """{"pubsubname":"ps","topic":"many","route":"/many","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":400}}""",
        .. Enumerable.Range(0, 4).SelectMany(i => new[]
        {
            $$$"""{"pubsubname":"ps","topic":"b{{{i}}}","route":"/b{{{i}}}","deadLetterTopic":"d{{{i}}}","bulkSubscribe":{"enabled":true,"maxMessagesCount":1}}""",
            $$"""{"pubsubname":"ps","topic":"d{{i}}","route":"/d{{i}}"}""",
        }),
    ])
    where TSidecar : SidecarUnderTest, new();

/// <summary>
/// Bulk subscriptions: https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#subscribing-messages-in-bulk and
/// https://docs.dapr.io/reference/api/pubsub_api/#bulk-subscribe.
/// </summary>
public abstract class BulkSubscribeConformance<TSidecar>(BulkSubscribeFixture<TSidecar> fixture)
    : AppConformance<BulkSubscribeFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Fact]
    public async Task Deliver_Message_ComesInAList()
    {
        (await PostJsonAsync("/v1.0/publish/ps/bulk?metadata.x=y", """{"i":0}""")).IsNoContent();
        AppCall call = (await App.CallsToAsync("/bulk"))[0];
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("ps", call.Headers["pubsubname"]);
        JsonElement entry = call.Json.GetProperty("entries")[0];
        string entryId = entry.GetProperty("entryId").GetString()!;
        JsonElement inner = entry.GetProperty("event");
        Assert.Equal(
            "{\"entries\":[{\"entryId\":\"" + entryId + "\",\"event\":{\"data\":{\"i\":0},\"datacontenttype\":\"application/json\",\"id\":\"" + inner.GetProperty("id").GetString()
                + "\",\"pubsubname\":\"ps\",\"source\":\"gold\",\"specversion\":\"1.0\",\"time\":\"" + inner.GetProperty("time").GetString()
                + "\",\"topic\":\"bulk\",\"traceid\":\"\",\"traceparent\":\"\",\"tracestate\":\"\",\"type\":\"com.dapr.event.sent\"},"
                + "\"metadata\":" + entry.GetProperty("metadata").GetRawText() + ",\"contentType\":\"application/cloudevents+json\"}],\"id\":\"" + call.Json.GetProperty("id").GetString()
                + "\",\"metadata\":{\"pubsubName\":\"ps\"},\"pubsubname\":\"ps\",\"topic\":\"bulk\",\"type\":\"com.dapr.event.sent.bulk\"}",
            call.Body);
        Assert.Equal("y", entry.GetProperty("metadata").GetProperty("x").GetString());
    }

    [Fact]
    public async Task Deliver_SeveralMessages_AreCollectedWhereTheBrokerDoes()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PostJsonAsync("/v1.0/publish/ps/many", $"{i}")));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        int[] seen = [];
        for (int calls = 1; seen.Length < 6; calls++)
        {
            IReadOnlyList<AppCall> all = await App.CallsToAsync("/many", calls).WaitAsync(limit.Token);
            seen = [.. all.SelectMany(call => call.Json.GetProperty("entries").EnumerateArray()).Select(entry => entry.GetProperty("event").GetProperty("data").GetInt32())];
            Assert.All(all, call => Assert.InRange(call.Json.GetProperty("entries").GetArrayLength(), 1, Subject.CollectsBulk ? 3 : 1));
        }

        Assert.Equal(Enumerable.Range(0, 6), seen.Order());
        if (Subject.CollectsBulk) Assert.InRange(App.CountCallsTo("/many"), 2, 5);
    }

    [Theory]
    [InlineData("SUCCESS", false)]
    [InlineData("RETRY", true)]
    [InlineData("DROP", true)]
    [InlineData(null, true)]
    public async Task Answer_StatusOfTheEntry_DecidesOverTheDeadLetter(string? status, bool dead)
    {
        int number = Fixture.NewNumber() - 1;
        App.On($"/b{number}", call => AppReply.Json(status is null
            ? """{"statuses":[]}"""
            : "{\"statuses\":[{\"entryId\":\"" + call.Json.GetProperty("entries")[0].GetProperty("entryId").GetString() + "\",\"status\":\"" + status + "\"}]}"));
        await PostJsonAsync($"/v1.0/publish/ps/b{number}", "\"message\"");
        await App.CallsToAsync($"/b{number}");
        if (dead)
        {
            await App.CallsToAsync($"/d{number}");
            return;
        }

        await ObserveAsync(300);
        Assert.Equal(0, App.CountCallsTo($"/d{number}"));
    }
}
