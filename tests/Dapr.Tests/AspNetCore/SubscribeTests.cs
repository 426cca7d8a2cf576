using System.Text.Encodings.Web;
using System.Text.Json;
using Dapr;
using Dapr.AspNetCore;
using Gateway.Dapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;

namespace Gateway.Dapr.Tests.AspNetCore;

public class SubscribeTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Subscribe_OneTopic_IsAPlainRoute()
    {
        await using var app = await StartAsync(app => app.MapPost("/orders", () => { }).WithTopic("pubsub", "orders"));
        using var response = await app.SendAsync("GET", "/dapr/subscribe");
        Assert.Equal("""[{"topic":"orders","pubsubName":"pubsub","route":"orders"}]""", await response.Content.ReadAsStringAsync());
        Assert.Null(response.Content.Headers.ContentType);
    }

    [Fact]
    public async Task Subscribe_NoTopics_IsAnEmptyArray()
    {
        await using var app = await StartAsync(app => app.MapPost("/orders", () => { }));
        Assert.Equal((200, "[]"), await app.CallAsync("GET", "/dapr/subscribe"));
    }

    [Fact]
    public async Task Subscribe_Rules_AreOrderedByPriority() => await ExpectAsync(
        app =>
        {
            app.MapPost("/events/other", () => { }).WithTopic("pubsub", "t");
            app.MapPost("/events/b", () => { }).WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "t", Match = "event.type == 'b'", Priority = 2 });
            app.MapPost("/events/a", () => { }).WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "t", Match = "event.type == \"a\"", Priority = 1 });
        },
        """[{"topic":"t","pubsubName":"pubsub","routes":{"default":"events/other","rules":[{"match":"event.type == \"a\"","path":"events/a"},{"match":"event.type == 'b'","path":"events/b"}]}}]""");

    [Fact]
    public async Task Subscribe_RulesWithoutDefault_LeaveItOut() => await ExpectAsync(
        app => app.MapPost("/a", [Topic("pubsub", "t", "event.type == 'a'", 1)] () => { }),
        """[{"topic":"t","pubsubName":"pubsub","routes":{"rules":[{"match":"event.type == 'a'","path":"a"}]}}]""");

    [Fact]
    public async Task Subscribe_Everything_IsWritten() => await ExpectAsync(
        app => app.MapPost("/orders", () => { })
            .WithTopic(new TopicOptions
            {
                PubsubName = "pubsub",
                Name = "orders",
                DeadLetterTopic = "orders-dead",
                EnableRawPayload = true,
                Metadata = new Dictionary<string, string> { ["consumerID"] = "x" },
            })
            .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = "orders", MaxMessagesCount = 50, MaxAwaitDurationMs = 40 }),
        """[{"topic":"orders","pubsubName":"pubsub","route":"orders","metadata":{"consumerID":"x","rawPayload":"true"},"deadLetterTopic":"orders-dead","bulkSubscribe":{"enabled":true,"maxMessagesCount":50,"maxAwaitDurationMs":40}}]""");

    [Fact]
    public async Task Subscribe_BulkDefaults_Are100And1000() => await ExpectAsync(
        app => app.MapPost("/o", [BulkSubscribe("o")] () => { }).WithTopic("p", "o"),
        """[{"topic":"o","pubsubName":"p","route":"o","bulkSubscribe":{"enabled":true,"maxMessagesCount":100,"maxAwaitDurationMs":1000}}]""");

    [Fact]
    public async Task Subscribe_TwoTopicsOfOneEndpoint_AreSortedByComponentAndTopic() => await ExpectAsync(
        app => app.MapPost("/e", [Topic("p2", "a")][Topic("p1", "z")] () => { }).WithTopic("p1", "b", true),
        """[{"topic":"b","pubsubName":"p1","route":"e","metadata":{"rawPayload":"true"}},{"topic":"z","pubsubName":"p1","route":"e"},{"topic":"a","pubsubName":"p2","route":"e"}]""");

    [Fact]
    public async Task Subscribe_OwnedMetadata_GoesToItsTopicOnly() => await ExpectAsync(
        app => app.MapPost(
            "/e",
            [Topic("p", "a", ["one"], "|")][Topic("p", "b")][TopicMetadata("one", "k", "1")][TopicMetadata("one", "k", "2")][TopicMetadata("all", "x")] () => { }),
        """[{"topic":"a","pubsubName":"p","route":"e","metadata":{"k":"1|2","all":"x"}},{"topic":"b","pubsubName":"p","route":"e","metadata":{"all":"x"}}]""");

    [Fact]
    public async Task Subscribe_RawForAll_MarksEveryTopic()
    {
        await using var app = await TestApp.StartAsync(_ => { }, app =>
        {
            app.MapSubscribeHandler(new SubscribeOptions { EnableRawPayload = true });
            app.MapPost("/o", () => { }).WithTopic("p", "o");
        });
        Assert.Equal(
            """[{"topic":"o","pubsubName":"p","route":"o","metadata":{"rawPayload":"true"}}]""",
            Plain((await app.CallAsync("GET", "/dapr/subscribe")).Body));
    }

    [Fact]
    public async Task Subscribe_TwoDefaults_TakesTheFirst() => await ExpectAsync(
        app =>
        {
            app.MapPost("/first", () => { }).WithTopic("p", "o");
            app.MapPost("/second", () => { }).WithTopic("p", "o");
        },
        """[{"topic":"o","pubsubName":"p","route":"first"}]""");

    [Fact]
    public async Task Subscribe_RouteWithParameters_Is500()
    {
        await using var app = await StartAsync(app => app.MapPost("/o/{id}", (string id) => id).WithTopic("p", "o"));
        Assert.Equal(500, (await app.CallAsync("GET", "/dapr/subscribe")).Status);
    }

    [Fact]
    public async Task Subscribe_RouteWithParametersAndNoTopic_IsLeftAlone() => await ExpectAsync(
        app =>
        {
            app.MapPost("/items/{id}", (string id) => id);
            app.MapPost("/o", () => { }).WithTopic("p", "o");
        },
        """[{"topic":"o","pubsubName":"p","route":"o"}]""");

    [Fact]
    public void WithTopic_MissingNames_AreRefused()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var endpoint = app.MapPost("/o", () => { });
        Assert.Throws<ArgumentException>(() => endpoint.WithTopic("", "o"));
        Assert.Throws<ArgumentException>(() => endpoint.WithTopic("p", ""));
        Assert.ThrowsAny<ArgumentException>(() => endpoint.WithTopic(new TopicOptions { Name = "o" }));
        Assert.ThrowsAny<ArgumentException>(() => endpoint.WithBulkSubscribe(new BulkSubscribeTopicOptions()));
    }

    [Fact]
    public async Task BulkMessage_FromDapr_IsReadAndAnswered()
    {
        await using var app = await StartAsync(app => app
            .MapPost("/bulk", (BulkSubscribeMessage<BulkMessageModel<Order>> message) => new BulkSubscribeAppResponse(
            [
                .. message.Entries.Select(entry => new BulkSubscribeAppResponseEntry(
                    entry.EntryId,
                    entry.Event.Data.OrderId > 1 ? BulkSubscribeAppResponseStatus.RETRY : BulkSubscribeAppResponseStatus.SUCCESS)),
            ]))
            .WithTopic("p", "o"));
        var (status, body) = await app.CallAsync("POST", "/bulk", """{"id":"b1","entries":[{"entryId":"e1","event":{"id":"1","data":{"orderId":1},"specversion":"1.0"},"contentType":"application/cloudevents+json","metadata":null},{"entryId":"e2","event":{"data":{"orderId":2}},"contentType":"application/cloudevents+json"}],"metadata":{"pubsubName":"p"},"topic":"o","pubsubname":"p","type":"com.dapr.event.sent.bulk"}""");
        Assert.Equal((200, """{"statuses":[{"entryId":"e1","status":"SUCCESS"},{"entryId":"e2","status":"RETRY"}]}"""), (status, body));
    }

    private static async Task ExpectAsync(Action<WebApplication> map, string expected)
    {
        await using var app = await StartAsync(map);
        Assert.Equal(expected, Plain((await app.CallAsync("GET", "/dapr/subscribe")).Body));
    }

    /// <summary>The same JSON with nothing escaped that needs no escape.</summary>
    private static string Plain(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json), Relaxed);

    private static Task<TestApp> StartAsync(Action<WebApplication> map) => TestApp.StartAsync(_ => { }, app =>
    {
        app.MapSubscribeHandler();
        map(app);
    });

    private sealed record Order(int OrderId);
}
