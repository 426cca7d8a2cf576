using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/developing-applications/building-blocks/pubsub/subscription-methods/
public sealed class SubscriptionTests
{
    private const string Widgets =
        """
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata:
          name: s1
        spec:
          pubsubname: ps
          topic: t1
          routes:
            rules:
              - match: event.type == "widget"
                path: /widgets
            default: /t1
          deadLetterTopic: dead
          metadata:
            foo: bar

        """;

    [Theory]
    [InlineData(404, "")]
    [InlineData(500, "x")]
    [InlineData(200, "")]
    [InlineData(200, "[{")]
    [InlineData(200, """{"a":1}""")]
    [InlineData(200, "[]")]
    public async Task Start_AnswerWithoutSubscriptions_IsHealthy(int status, string body)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(script: app => app.On("/dapr/subscribe", new AppReply(status, body)));
        Assert.Equal(204, (await rig.GetAsync("/v1.0/healthz")).Status);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/t", "{}")).Status);
    }

    [Theory]
    [InlineData("", "/t1")]
    [InlineData("?metadata.cloudevent.type=widget", "/widgets")]
    public async Task Declarative_V2_RoutesByItsRules(string query, string path)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(resources: Widgets);
        await rig.PostAsync($"/v1.0/publish/ps/t1{query}", """{"a":1}""");
        await rig.App.CallsToAsync(path);
    }

    [Fact]
    public async Task Declarative_V1_HasOneRoute()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(resources:
            """
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata:
              name: s2
            spec:
              pubsubname: ps
              topic: t2
              route: /t2
            """);
        await rig.PostAsync("/v1.0/publish/ps/t2", "{}");
        await rig.App.CallsToAsync("/t2");
    }

    [Fact]
    public async Task Declarative_ScopedToAnotherApp_IsNotOurs()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(resources: Widgets + "scopes:\n  - someoneelse\n");
        await rig.PostAsync("/v1.0/publish/ps/t1", "{}");
        Assert.DoesNotContain("subscriptions", (await rig.GetAsync("/v1.0/metadata")).Body, StringComparison.Ordinal);
        Assert.Equal(0, rig.App.CountCallsTo("/t1"));
    }

    [Fact]
    public async Task Declarative_TopicThatTheAppAsksForToo_GoesByTheApp()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            subscribe: """[{"pubsubname":"ps","topic":"t1","route":"/programmatic"}]""", resources: Widgets);
        await rig.PostAsync("/v1.0/publish/ps/t1", "{}");
        await rig.App.CallsToAsync("/programmatic");
        Assert.Equal(0, rig.App.CountCallsTo("/t1"));
        Assert.Contains(
            """[{"pubsubname":"ps","topic":"t1","rules":[{"path":"/programmatic"}],"deadLetterTopic":"","type":"PROGRAMMATIC"}]""",
            (await rig.GetAsync("/v1.0/metadata")).Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Declarative_TwoForOneTopic_TheFirstCounts()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            resources: Widgets + "---\n" + Widgets.Replace("name: s1", "name: s1b", StringComparison.Ordinal).Replace("default: /t1", "default: /t1b", StringComparison.Ordinal));
        await rig.PostAsync("/v1.0/publish/ps/t1", "{}");
        await rig.App.CallsToAsync("/t1");
        Assert.Equal(0, rig.App.CountCallsTo("/t1b"));
    }

    [Fact]
    public async Task Metadata_Subscription_IsListedAsDaprDoes()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(resources: Widgets);
        Assert.Contains(
            """[{"pubsubname":"ps","topic":"t1","metadata":{"foo":"bar"},"rules":[{"match":"event.type == \"widget\"","path":"/widgets"},{"path":"/t1"}],"deadLetterTopic":"dead","type":"DECLARATIVE"}]""",
            (await rig.GetAsync("/v1.0/metadata")).Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RuleInAFileThatIsNotKnown_EndsWithAClearError()
    {
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(() =>
            SidecarRig.StartAsync(resources: Widgets.Replace("event.type == \"widget\"", "event.type.matches(\"w.*\")", StringComparison.Ordinal)));
        Assert.Contains("more.yaml", error.Message, StringComparison.Ordinal);
        Assert.Contains("event.type.matches(\"w.*\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RuleOfTheAppThatIsNotKnown_EndsWithAClearError()
    {
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(() => SidecarRig.StartAsync(
            subscribe: """[{"pubsubname":"ps","topic":"t","routes":{"rules":[{"match":"size(event.data) > 1","path":"/x"}]}}]"""));
        Assert.Contains("size(event.data) > 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("publishingScopes", "gold=ok1,ok2", "ok1", true)]
    [InlineData("publishingScopes", "gold=ok1,ok2", "other", false)]
    [InlineData("publishingScopes", "gold=", "ok1", false)]
    [InlineData("publishingScopes", "someoneelse=x", "ok1", true)]
    [InlineData("allowedTopics", "ok1,ok2", "ok1", true)]
    [InlineData("allowedTopics", "ok1,ok2", "other", false)]
    [InlineData("protectedTopics", "secret", "secret", false)]
    [InlineData("protectedTopics", "secret", "other", true)]
    public async Task Publish_Scopes_AreHeeded(string name, string value, string topic, bool allowed)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(components: PubSubWith(name, value));
        Answer answer = await rig.PostAsync($"/v1.0/publish/ps/{topic}", "{}");
        Assert.Equal(allowed ? 204 : 403, answer.Status);
        if (allowed) return;
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_FORBIDDEN","message":"topic TOPIC is not allowed for app id gold","details":[{"@type":"type.googleapis.com/google.rpc.ResourceInfo","description":"topic TOPIC is not allowed for app id gold","owner":"","resource_name":"ps","resource_type":"pubsub"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{"error":"topic TOPIC is not allowed for app id gold","topic":"TOPIC"},"reason":"DAPR_PUBSUB_FORBIDDEN"}]}"""
                .Replace("TOPIC", topic, StringComparison.Ordinal),
            answer.Body);
    }

    [Fact]
    public async Task Subscribe_TopicOutOfScope_GetsNothing()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            components: PubSubWith("subscriptionScopes", "gold=ok1"),
            subscribe: """[{"pubsubname":"ps","topic":"ok1","route":"/ok1"},{"pubsubname":"ps","topic":"other","route":"/other"}]""");
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/other", "{}")).Status);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/ok1", "{}")).Status);
        await rig.App.CallsToAsync("/ok1");
        Assert.Equal(0, rig.App.CountCallsTo("/other"));
    }

    // https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#subscribing-messages-in-bulk
    [Fact]
    public async Task BulkSubscribe_Message_IsHeldBackAndComesInAList()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            subscribe: """[{"pubsubname":"ps","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":400}}]""");
        int armed = rig.Time.ArmedTimers;
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/bulk?metadata.x=y", """{"i":0}""")).Status);
        while (rig.Time.ArmedTimers == armed) await Task.Yield();
        Assert.Equal(0, rig.App.CountCallsTo("/bulk"));
        rig.Time.Advance(TimeSpan.FromMilliseconds(400));

        AppCall call = (await rig.App.CallsToAsync("/bulk"))[0];
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("ps", call.Headers["pubsubname"]);
        string entryId = call.Json.GetProperty("entries")[0].GetProperty("entryId").GetString()!;
        string eventId = call.Json.GetProperty("entries")[0].GetProperty("event").GetProperty("id").GetString()!;
        string id = call.Json.GetProperty("id").GetString()!;
        Assert.Equal(
            "{\"entries\":[{\"entryId\":\"" + entryId + "\",\"event\":{\"data\":{\"i\":0},\"datacontenttype\":\"application/json\",\"id\":\"" + eventId
                + "\",\"pubsubname\":\"ps\",\"source\":\"gold\",\"specversion\":\"1.0\",\"time\":\"2026-01-01T00:00:00Z\",\"topic\":\"bulk\",\"traceid\":\"\",\"traceparent\":\"\",\"tracestate\":\"\",\"type\":\"com.dapr.event.sent\"},"
                + "\"metadata\":{\"x\":\"y\"},\"contentType\":\"application/cloudevents+json\"}],\"id\":\"" + id
                + "\",\"metadata\":{\"pubsubName\":\"ps\"},\"pubsubname\":\"ps\",\"topic\":\"bulk\",\"type\":\"com.dapr.event.sent.bulk\"}",
            call.Body);
    }

    [Theory]
    [InlineData("SUCCESS", false)]
    [InlineData("RETRY", true)]
    [InlineData("DROP", true)]
    [InlineData(null, true)]
    public async Task BulkSubscribe_StatusOfTheEntry_DecidesOverTheDeadLetter(string? status, bool dead)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            subscribe: """[{"pubsubname":"ps","topic":"bulk","route":"/bulk","deadLetterTopic":"dead","bulkSubscribe":{"enabled":true,"maxMessagesCount":1}},{"pubsubname":"ps","topic":"dead","route":"/dead"}]""");
        rig.App.On("/bulk", call => AppReply.Json(status is null
            ? """{"statuses":[]}"""
            : "{\"statuses\":[{\"entryId\":\"" + call.Json.GetProperty("entries")[0].GetProperty("entryId").GetString() + "\",\"status\":\"" + status + "\"}]}"));
        await rig.PostAsync("/v1.0/publish/ps/bulk", "\"message\"");
        await rig.PostAsync("/v1.0/publish/ps/bulk", "\"message\"");
        await rig.App.CallsToAsync("/bulk", 2);
        if (dead)
        {
            await rig.App.CallsToAsync("/dead", 1);
            return;
        }

        await rig.PostAsync("/v1.0/publish/ps/dead", "\"marker\"");
        Assert.Contains("marker", Assert.Single(await rig.App.CallsToAsync("/dead")).Body, StringComparison.Ordinal);
    }

    private static string PubSubWith(string name, string value) =>
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: ps
        spec:
          type: pubsub.in-memory
          version: v1
          metadata:
            - name: {name}
              value: "{value}"
        """;
}
