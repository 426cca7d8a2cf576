using Gateway.Sidecar.Tests.Conformance;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>One component for each kind of scope.</summary>
public sealed class ScopeFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup
{
    PubSubs = new Dictionary<string, (string, string)>
    {
        ["publishing"] = ("publishingScopes", "gold=ok1,ok2"),
        ["nothing"] = ("publishingScopes", "gold="),
        ["others"] = ("publishingScopes", "someoneelse=x"),
        ["allowed"] = ("allowedTopics", "ok1,ok2"),
        ["protected"] = ("protectedTopics", "secret"),
        ["subscribing"] = ("subscriptionScopes", "gold=ok1"),
    },
    Subscribe = """[{"pubsubname":"subscribing","topic":"ok1","route":"/ok1"},{"pubsubname":"subscribing","topic":"other","route":"/other"}]""",
})
    where TSidecar : SidecarUnderTest, new();

/// <summary>Scopes: https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-scopes/.</summary>
public abstract class ScopeConformance<TSidecar>(ScopeFixture<TSidecar> fixture) : AppConformance<ScopeFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("publishing", "ok1", true)]
    [InlineData("publishing", "other", false)]
    [InlineData("nothing", "ok1", false)]
    [InlineData("others", "ok1", true)]
    [InlineData("allowed", "ok1", true)]
    [InlineData("allowed", "other", false)]
    [InlineData("protected", "secret", false)]
    [InlineData("protected", "other", true)]
    public async Task Publish_Scopes_AreHeeded(string pubsub, string topic, bool allowed)
    {
        Answer answer = await PostJsonAsync($"/v1.0/publish/{pubsub}/{topic}", "{}");
        if (allowed)
        {
            answer.IsNoContent();
            return;
        }

        Assert.Equal(403, (int)answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_PUBSUB_FORBIDDEN","message":"topic TOPIC is not allowed for app id gold","details":[{"@type":"type.googleapis.com/google.rpc.ResourceInfo","description":"topic TOPIC is not allowed for app id gold","owner":"","resource_name":"PUBSUB","resource_type":"pubsub"},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"dapr.io","metadata":{"error":"topic TOPIC is not allowed for app id gold","topic":"TOPIC"},"reason":"DAPR_PUBSUB_FORBIDDEN"}]}"""
                .Replace("TOPIC", topic, StringComparison.Ordinal).Replace("PUBSUB", pubsub, StringComparison.Ordinal)
                .Replace($"ERR_{pubsub}_", "ERR_PUBSUB_", StringComparison.Ordinal).Replace($"DAPR_{pubsub}_", "DAPR_PUBSUB_", StringComparison.Ordinal),
            answer.Body);
    }

    [Fact]
    public async Task Subscribe_TopicOutOfScope_GetsNothing()
    {
        (await PostJsonAsync("/v1.0/publish/subscribing/other", "{}")).IsNoContent();
        (await PostJsonAsync("/v1.0/publish/subscribing/ok1", "{}")).IsNoContent();
        await App.CallsToAsync("/ok1");
        await ObserveAsync(200);
        Assert.Equal(0, App.CountCallsTo("/other"));
    }
}
