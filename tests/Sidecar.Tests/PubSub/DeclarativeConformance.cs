using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>Subscriptions in files, beside one that the app declares.</summary>
public sealed class DeclarativeFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup
{
    Resources = V2("rules", "rules", "/rules", deadLetterTopic: "dead", metadata: "foo: bar", rule: "/widgets")
        + V2("dead", "dead", "/dead")
        + V1
        + V2("scoped", "scoped", "/scoped").Replace("---\n", "scopes:\n  - someoneelse\n---\n", StringComparison.Ordinal)
        + V2("both", "both", "/declared")
        + V2("first", "twice", "/first")
        + V2("second", "twice", "/second")
        + V2("raw", "raw", "/raw", metadata: "rawPayload: \"true\""),
    Subscribe = """[{"pubsubname":"ps","topic":"both","route":"/programmatic"}]""",
})
    where TSidecar : SidecarUnderTest, new()
{
    private const string V1 =
        """
        apiVersion: dapr.io/v1alpha1
        kind: Subscription
        metadata:
          name: v1
        spec:
          pubsubname: ps
          topic: old
          route: /old
        ---

        """;

    private static string V2(string name, string topic, string route, string? deadLetterTopic = null, string? metadata = null, string? rule = null) =>
        $"""
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata:
          name: {name}
        spec:
          pubsubname: ps
          topic: {topic}
          routes:
            default: {route}

        """
        + (rule is null ? "" : $"    rules:\n      - match: event.type == \"widget\"\n        path: {rule}\n")
        + (deadLetterTopic is null ? "" : $"  deadLetterTopic: {deadLetterTopic}\n")
        + (metadata is null ? "" : $"  metadata:\n    {metadata}\n")
        + "---\n";
}

/// <summary>
/// Declarative subscriptions: https://docs.dapr.io/developing-applications/building-blocks/pubsub/subscription-methods/#declarative-subscriptions
/// and https://docs.dapr.io/reference/resource-specs/subscription-schema/.
/// </summary>
public abstract class DeclarativeConformance<TSidecar>(DeclarativeFixture<TSidecar> fixture)
    : AppConformance<DeclarativeFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("", "/rules")]
    [InlineData("?metadata.cloudevent.type=widget", "/widgets")]
    public async Task V2_Topic_IsRoutedByItsRules(string query, string route)
    {
        (await PostJsonAsync($"/v1.0/publish/ps/rules{query}", """{"a":1}""")).IsNoContent();
        await App.CallsToAsync(route);
    }

    [Fact]
    public async Task V2_DeadLetterTopic_GetsWhatFails()
    {
        App.On("/widgets", new AppReply(500));
        await PostJsonAsync("/v1.0/publish/ps/rules?metadata.cloudevent.type=widget", "\"fails\"");
        await App.CallsToAsync("/dead");
        App.On("/widgets", AppReply.Ok);
    }

    [Fact]
    public async Task V2_RawPayload_WrapsTheBytes()
    {
        await PostJsonAsync("/v1.0/publish/ps/raw?metadata.rawPayload=true", """{"a":1}""");
        Assert.Equal("eyJhIjoxfQ==", (await App.CallsToAsync("/raw"))[0].Json.GetProperty("data_base64").GetString());
    }

    [Fact]
    public async Task V1_Topic_HasOneRoute()
    {
        await PostJsonAsync("/v1.0/publish/ps/old", "{}");
        await App.CallsToAsync("/old");
    }

    [Fact]
    public async Task Scoped_ToAnotherApp_IsNotOurs()
    {
        (await PostJsonAsync("/v1.0/publish/ps/scoped", "{}")).IsNoContent();
        await ObserveAsync(300);
        Assert.Equal(0, App.CountCallsTo("/scoped"));
        Assert.DoesNotContain("\"topic\":\"scoped\"", (await Sidecar.GetAsync("/v1.0/metadata")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Declared_TopicThatTheAppAsksForToo_GoesByTheApp()
    {
        await PostJsonAsync("/v1.0/publish/ps/both", "{}");
        await App.CallsToAsync("/programmatic");
        await ObserveAsync(200);
        Assert.Equal(0, App.CountCallsTo("/declared"));
        Assert.Contains(
            """{"pubsubname":"ps","topic":"both","rules":[{"path":"/programmatic"}],"deadLetterTopic":"","type":"PROGRAMMATIC"}""",
            (await Sidecar.GetAsync("/v1.0/metadata")).Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Declared_TwiceForOneTopic_TheFirstCounts()
    {
        await PostJsonAsync("/v1.0/publish/ps/twice", "{}");
        await App.CallsToAsync("/first");
        await ObserveAsync(200);
        Assert.Equal(0, App.CountCallsTo("/second"));
    }

    /// <summary>https://docs.dapr.io/reference/api/metadata_api/.</summary>
    [Fact]
    public async Task Metadata_Subscription_IsListed() => Assert.Contains(
        """{"pubsubname":"ps","topic":"rules","metadata":{"foo":"bar"},"rules":[{"match":"event.type == \"widget\"","path":"/widgets"},{"path":"/rules"}],"deadLetterTopic":"dead","type":"DECLARATIVE"}""",
        (await Sidecar.GetAsync("/v1.0/metadata")).Body,
        StringComparison.Ordinal);
}
