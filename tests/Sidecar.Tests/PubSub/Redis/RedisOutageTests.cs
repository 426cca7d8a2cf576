using Gateway.Sidecar.PubSub.Redis;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.PubSub.Redis;

/// <summary>Publishers and subscribers when Redis goes and comes back; each has a server of its own.</summary>
public sealed class RedisOutageTests : RedisPubSubTests
{
    private RedisServer? server;

    protected override async Task<(RedisServer Server, int Database)> ServerAsync() => (server = await RedisServer.StartAsync(Cancelled), 0);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
    }

    [Fact]
    public async Task Restart_PublisherAndSubscriberGoOnAndNothingThatWasAnsweredIsLost()
    {
        RedisPubSub pubSub = await OpenAsync(("redisMaxRetries", "-1"));
        Received received = await SubscribeAsync(pubSub, "t");
        await PublishAsync(pubSub, "t", "before");
        Assert.Equal("before", await received.NextTextAsync());
        await Server.KillAsync();
        Assert.StartsWith("redis streams: error from publish: ", await pubSub.PublishAsync(Message("t", "lost"), Cancelled), StringComparison.Ordinal);
        await Server.StartAgainAsync(Cancelled);
        await PublishAsync(pubSub, "t", "after");
        Assert.Equal("after", await received.NextTextAsync());
    }

    [Fact]
    public async Task Restart_WithoutItsData_TopicsAreMadeAgain()
    {
        RedisPubSub pubSub = await OpenAsync();
        Received received = await SubscribeAsync(pubSub, "t");
        await PublishAsync(pubSub, "t", "before");
        await received.NextTextAsync();
        await RawAsync("FLUSHALL");
        await Server.KillAsync();
        await Server.StartAgainAsync(Cancelled);
        await PublishAsync(pubSub, "t", "after");
        Assert.Equal("after", await received.NextTextAsync());
    }

    /// <summary>A message that was taken while Redis was halted must not wait until it counts as abandoned.</summary>
    [Fact]
    public async Task Halted_PublishFailsAndBothGoOnWhenItRunsAgain()
    {
        RedisPubSub pubSub = await OpenAsync(("readTimeout", "1000"), ("poolTimeout", "1500"));
        Received received = await SubscribeAsync(pubSub, "t");
        await PublishAsync(pubSub, "t", "before");
        await received.NextTextAsync();
        await Server.PauseAsync();
        Assert.Contains("did not answer within 1000 ms", await pubSub.PublishAsync(Message("t", "during"), Cancelled), StringComparison.Ordinal);
        Assert.NotNull(await pubSub.PublishAsync(Message("t", "never"), Cancelled));
        await Server.ResumeAsync();
        await PublishAsync(pubSub, "t", "after");
        // The first publish was in Redis' hands when its time was up; the second never left.
        Assert.Equal(["during", "after"], [await received.NextTextAsync(), await received.NextTextAsync()]);
        await EventuallyAsync(async () => await PendingAsync("t") == 0);
    }
}
