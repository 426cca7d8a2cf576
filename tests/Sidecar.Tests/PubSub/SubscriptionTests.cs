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

    // https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#subscribing-messages-in-bulk
    [Fact]
    public async Task BulkSubscribe_Message_IsHeldBackForTheTimeGiven()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(
            subscribe: """[{"pubsubname":"ps","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":400}}]""");
        int armed = rig.Time.ArmedTimers;
        Assert.Equal(204, (await rig.PostAsync("/v1.0/publish/ps/bulk?metadata.x=y", """{"i":0}""")).Status);
        while (rig.Time.ArmedTimers == armed) await Task.Yield();
        Assert.Equal(0, rig.App.CountCallsTo("/bulk"));
        rig.Time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(1, Assert.Single(await rig.App.CallsToAsync("/bulk")).Json.GetProperty("entries").GetArrayLength());
    }
}
