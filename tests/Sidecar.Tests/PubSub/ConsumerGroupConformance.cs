using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>
/// Who gets a message where apps run more than once:
/// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-overview/#consumer-groups-and-competing-consumers-pattern.
/// </summary>
public abstract class ConsumerGroupConformance<TGroup> : SeveralConformance<TGroup>
    where TGroup : SeveralSidecars, new()
{
    private string Topic => field ??= Sidecars.Unique("topic");

    [Fact]
    public async Task Message_GoesToOneProcessOfEachAppId()
    {
        await Sidecars.OpenAsync("one", "one", "two");
        ScriptedApp[] apps = [await SubscribeAsync(0), await SubscribeAsync(1), await SubscribeAsync(2)];
        for (int i = 0; i < 40; i++) await PublishAsync(2, Topic, i);
        await apps[2].CallsToAsync("/t", 40);
        await EventuallyAsync(() => Task.FromResult(apps[0].CountCallsTo("/t") + apps[1].CountCallsTo("/t")), count => count >= 40);
        Assert.Equal(Enumerable.Range(0, 40), Numbers(apps[0], apps[1]).Order());
        Assert.Equal(Enumerable.Range(0, 40), Numbers(apps[2]).Order());
        Assert.All(apps, app => Assert.True(app.CountCallsTo("/t") > 0));
    }

    [Fact]
    public async Task Topic_ThatOneProcessSubscribesTo_GoesThere()
    {
        await Sidecars.OpenAsync("one", "one");
        string own = Sidecars.Unique("own");
        ScriptedApp first = await SubscribeAsync(0);
        ScriptedApp second = await Sidecars.JoinAsync(1, subscribe: $$"""[{"pubsubname":"ps","topic":"{{own}}","route":"/own"}]""");
        for (int i = 0; i < 5; i++)
        {
            await PublishAsync(0, own, i);
            await PublishAsync(1, Topic, i);
        }

        await second.CallsToAsync("/own", 5);
        await first.CallsToAsync("/t", 5);
        Assert.Equal((0, 0), (first.CountCallsTo("/own"), second.CountCallsTo("/t")));
    }

    [Fact]
    public async Task ProcessIsKilled_TheRestGoesToTheOther_AndItGetsItsShareAgainWhenItIsBack()
    {
        await Sidecars.OpenAsync("one", "one");
        ScriptedApp first = await SubscribeAsync(0);
        await SubscribeAsync(1);
        await Sidecars.LeaveAsync(1);
        for (int i = 0; i < 10; i++) await PublishAsync(0, Topic, i);
        await first.CallsToAsync("/t", 10);

        ScriptedApp back = await SubscribeAsync(1);
        int next = 10;
        await EventuallyAsync(() => PublishAsync(0, Topic, next++), _ => back.CountCallsTo("/t") > 0);
    }

    private Task<ScriptedApp> SubscribeAsync(int index) =>
        Sidecars.JoinAsync(index, subscribe: $$"""[{"pubsubname":"ps","topic":"{{Topic}}","route":"/t"}]""");

    private async Task<int> PublishAsync(int sidecar, string topic, int number)
    {
        (await Sidecars[sidecar].PostAsync($"/v1.0/publish/ps/{topic}", number.ToString(System.Globalization.CultureInfo.InvariantCulture), ("content-type", "application/json"))).IsNoContent();
        return number;
    }

    private static IEnumerable<int> Numbers(params ScriptedApp[] apps) =>
        apps.SelectMany(app => app.Calls).Where(call => call.Target == "/t").Select(call => call.Json.GetProperty("data").GetInt32());
}

public sealed class EmbeddedConsumerGroups : ConsumerGroupConformance<EmbeddedGroup>;

public sealed class EmbeddedRedisConsumerGroups : ConsumerGroupConformance<EmbeddedRedisGroup>;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdConsumerGroups : ConsumerGroupConformance<DaprdGroup>;
