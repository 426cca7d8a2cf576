using Gateway.Sidecar.Tests.Conformance;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>Topics <c>rules0</c> … whose routes begin with <c>/rules0</c> …, and one without a default.</summary>
public sealed class RoutingFixture<TSidecar>() : PubSubFixture<TSidecar>(
    0,
    0,
    [
        .. Enumerable.Range(0, Topics).Select(i =>
            $$$"""{"pubsubname":"ps","topic":"rules{{{i}}}","routes":{"rules":[{"match":"event.type == \"widget\"","path":"/rules{{{i}}}/widget"},{"match":"event.data.n > 5","path":"/rules{{{i}}}/big"}],"default":"/rules{{{i}}}/default"}}"""),
        """{"pubsubname":"ps","topic":"nd","routes":{"rules":[{"match":"event.type == \"widget\"","path":"/nd"}]}}""",
    ])
    where TSidecar : SidecarUnderTest, new()
{
    private const int Topics = 8;
}

/// <summary>Rules: https://docs.dapr.io/developing-applications/building-blocks/pubsub/howto-route-messages/.</summary>
public abstract class RoutingConformance<TSidecar>(RoutingFixture<TSidecar> fixture) : AppConformance<RoutingFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("""{"specversion":"1.0","type":"widget","source":"s","id":"i","data":{"n":1}}""", "widget")]
    [InlineData("""{"specversion":"1.0","type":"x","source":"s","id":"i","data":{"n":9}}""", "big")]
    [InlineData("""{"specversion":"1.0","type":"x","source":"s","id":"i","data":{"n":2}}""", "default")]
    // A rule that cannot be evaluated drops the message, default or not.
    [InlineData("""{"specversion":"1.0","type":"x","source":"s","id":"i","data":{"z":2}}""", null)]
    [InlineData("""{"specversion":"1.0","type":"x","source":"s","id":"i","data":"hi"}""", null)]
    public async Task Route_Event_GoesByTheFirstRuleThatMatches(string published, string? route)
    {
        string topic = $"rules{Fixture.NewNumber()}";
        (await Sidecar.PostAsync($"/v1.0/publish/ps/{topic}", published, ("content-type", "application/cloudevents+json"))).IsNoContent();
        if (route is null) await ObserveAsync(300);
        else await App.CallsToAsync($"/{topic}/{route}");
        Assert.Equal(route is null ? 0 : 1, App.Calls.Count(call => call.Target.StartsWith($"/{topic}/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Route_TypeGivenByMetadata_IsMatched()
    {
        string topic = $"rules{Fixture.NewNumber()}";
        await PostJsonAsync($"/v1.0/publish/ps/{topic}?metadata.cloudevent.type=widget", "\"x\"");
        await App.CallsToAsync($"/{topic}/widget");
    }

    [Fact]
    public async Task Route_WithoutADefault_DropsWhatMatchesNothing()
    {
        await PostJsonAsync("/v1.0/publish/ps/nd", "1");
        await PostJsonAsync("/v1.0/publish/ps/nd?metadata.cloudevent.type=widget", "2");
        Assert.Equal("2", Assert.Single(await App.CallsToAsync("/nd")).Json.GetProperty("data").ToString());
    }
}
