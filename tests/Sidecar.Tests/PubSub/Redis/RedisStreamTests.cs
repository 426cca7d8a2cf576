using Gateway.Sidecar.PubSub;
using Gateway.Sidecar.PubSub.Redis;
using Gateway.Sidecar.Redis;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.PubSub.Redis;

/// <summary>Dapr's layout in Redis, as daprd 1.18.3 was seen to leave it and as it reads it, and what becomes of messages in it.</summary>
public sealed class RedisStreamTests : RedisPubSubTests
{
    [Fact]
    public async Task Publish_Message_IsAnEntryAsDaprsIs()
    {
        RedisPubSub pubSub = await OpenAsync();
        await PublishAsync(pubSub, "t", """{"data":1}""");
        await PublishAsync(pubSub, "t", "raw", ("rawPayload", "true"));
        await PublishAsync(pubSub, "t", "{}", ("ttlInSeconds", "60"), ("foo", "b<r"));
        Assert.Equal(
            [
                """data {"data":1} metadata {}""",
                """data raw metadata {"rawPayload":"true"}""",
                """data {} metadata {"foo":"b\u003cr","ttlInSeconds":"60"}""",
            ],
            await EntriesAsync("t"));
    }

    [Fact]
    public async Task Publish_Several_AreEntriesInTheirOrder()
    {
        RedisPubSub pubSub = await OpenAsync();
        PubSubMessage[] messages = [.. Enumerable.Range(0, 300).Select(i => Message("t", $"{i}"))];
        IReadOnlyList<string?> failures = await pubSub.PublishAsync(messages, Cancelled);
        Assert.All(failures, Assert.Null);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"data {i} metadata {{}}"), await EntriesAsync("t"));
    }

    [Fact]
    public async Task Publish_ToWhatIsNoStream_SaysSo()
    {
        await RawAsync("SET", "t", "x");
        RedisPubSub pubSub = await OpenAsync();
        Assert.Equal(
            "redis streams: error from publish: WRONGTYPE Operation against a key holding the wrong kind of value",
            await pubSub.PublishAsync(Message("t", "1"), Cancelled));
    }

    [Fact]
    public async Task Publish_MaxLenApprox_TrimsTheStream()
    {
        RedisPubSub pubSub = await OpenAsync(("maxLenApprox", "5"));
        for (int i = 0; i < 300; i++) await PublishAsync(pubSub, "t", $"{i}");
        Assert.InRange((await EntriesAsync("t")).Length, 5, 150);
    }

    [Fact]
    public async Task Publish_StreamTtl_TrimsWhatIsOlder()
    {
        for (int i = 1; i <= 250; i++) await RawAsync("XADD", "t", $"{i}-1", "data", "old");
        RedisPubSub pubSub = await OpenAsync(("streamTTL", "1h"));
        await PublishAsync(pubSub, "t", "new");
        Assert.InRange((await EntriesAsync("t")).Length, 1, 100);
    }

    [Theory]
    [InlineData("data", """{"a":1}""", "metadata", """{"foo":"bar"}""")]
    [InlineData("metadata", """{"foo":"bar"}""", "data", """{"a":1}""")]
    public async Task Deliver_WhatDaprWrote_IsRead(params string[] fields)
    {
        await RawAsync(["XADD", "t", "*", .. fields]);
        Received received = await SubscribeAsync(await OpenAsync(), "t");
        PubSubMessage message = await received.NextAsync();
        Assert.Equal(("""{"a":1}""", "bar"), (System.Text.Encoding.UTF8.GetString(message.Data.Span), message.Metadata["foo"]));
    }

    [Fact]
    public async Task Deliver_EntryOfSomebodyElse_IsWhatThereIsOfIt()
    {
        await RawAsync("XADD", "t", "*", "data", "1", "metadata", "no json");
        await RawAsync("XADD", "t", "*", "other", "2");
        Received received = await SubscribeAsync(await OpenAsync(("concurrency", "1")), "t");
        Assert.Equal(["1", ""], [await received.NextTextAsync(), await received.NextTextAsync()]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_WhateverTheAnswer_IsAcknowledgedInTheGroupOfTheApp(bool handled)
    {
        RedisPubSub pubSub = await OpenAsync();
        // Before anybody subscribes: a new group is owed what is there.
        await PublishAsync(pubSub, "t", "1");
        Received received = await SubscribeAsync(pubSub, "t", handled: handled);
        Assert.Equal("1", await received.NextTextAsync());
        await EventuallyAsync(async () => await PendingAsync("t") == 0);
        RespValue group = Assert.Single((await RawAsync("XINFO", "GROUPS", "t")).Items);
        RespValue consumer = Assert.Single((await RawAsync("XINFO", "CONSUMERS", "t", Group)).Items);
        Assert.Equal((Group, Group), (group.Items[1].Text, consumer.Items[1].Text));
    }

    [Fact]
    public async Task Deliver_TwoGroups_EachGetAllAndTheSubscriptionsOfOneShare()
    {
        RedisPubSub pubSub = await OpenAsync();
        Received one = await SubscribeAsync(pubSub, "t", "shared"), two = await SubscribeAsync(pubSub, "t", "shared");
        // Another process of the same app.
        Received three = await SubscribeAsync(await OpenAsync(), "t", "shared");
        Received all = await SubscribeAsync(pubSub, "t", "other");
        for (int i = 0; i < 60; i++) await PublishAsync(pubSub, "t", $"{i}");
        await EventuallyAsync(() => Task.FromResult(all.Count == 60 && one.Count + two.Count + three.Count == 60));
        await EventuallyAsync(async () => await PendingAsync("t", "shared") + await PendingAsync("t", "other") == 0);
        Assert.Equal(60, one.Count + two.Count + three.Count);
    }

    [Fact]
    public async Task Subscribe_ManyTopics_TakesTwoConnections()
    {
        string database = ParseDatabase((await RawAsync("CLIENT", "INFO")).Text);
        RedisPubSub pubSub = await OpenAsync();
        Received[] received = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => SubscribeAsync(pubSub, $"t{i}")));
        await Task.WhenAll(Enumerable.Range(0, 80).Select(i => PublishAsync(pubSub, $"t{i}", $"{i}")));
        Assert.Equal(Enumerable.Range(0, 80).Select(i => $"{i}"), await Task.WhenAll(received.Select(each => each.NextTextAsync())));
        string[] clients = (await RawAsync("CLIENT", "LIST")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // One that reads, one for everything else, and the test's own.
        Assert.Equal(3, clients.Count(client => ParseDatabase(client) == database));
    }

    [Fact]
    public async Task Unsubscribe_ThenPublish_LeavesTheMessageForTheNext()
    {
        RedisPubSub pubSub = await OpenAsync();
        Received first = await SubscribeAsync(pubSub, "t"), other = await SubscribeAsync(pubSub, "other");
        await PublishAsync(pubSub, "t", "1");
        Assert.Equal("1", await first.NextTextAsync());
        await first.Subscription.DisposeAsync();
        await PublishAsync(pubSub, "t", "2");
        await PublishAsync(pubSub, "other", "3");
        Assert.Equal("3", await other.NextTextAsync());
        Assert.Equal((1, 0), (first.Count, await PendingAsync("t")));
        Assert.Equal("2", await (await SubscribeAsync(pubSub, "t")).NextTextAsync());
    }

    [Fact]
    public async Task Unsubscribe_WhileAMessageIsHandledAndAnotherWaits_GivesBothToTheNext()
    {
        RedisPubSub pubSub = await OpenAsync(("concurrency", "1"));
        Received first = await SubscribeAsync(pubSub, "t");
        first.Released = new TaskCompletionSource().Task;
        await PublishAsync(pubSub, "t", "1");
        await first.NextAsync();
        await PublishAsync(pubSub, "t", "2");
        await EventuallyAsync(async () => await PendingAsync("t") == 2);
        await first.Subscription.DisposeAsync();
        // At once, though a message may take a minute before it is overdue.
        await EventuallyAsync(async () => (await RawAsync("XPENDING", "t", Group, "IDLE", "60000", "-", "+", "10")).Items.Length == 2);
        Received next = await SubscribeAsync(await OpenAsync(), "t");
        Assert.Equal(["1", "2"], new[] { await next.NextTextAsync(), await next.NextTextAsync() }.Order());
        await EventuallyAsync(async () => await PendingAsync("t") == 0);
    }

    [Fact]
    public async Task Redeliver_WhatADeadProcessTook_ComesOnceItIsOverdue()
    {
        await RawAsync("XADD", "t", "*", "data", "1");
        await RawAsync("XGROUP", "CREATE", "t", Group, "0");
        await RawAsync("XREADGROUP", "GROUP", Group, Group, "STREAMS", "t", ">");
        Received received = await SubscribeAsync(await OpenAsync(("processingTimeout", "200"), ("redeliverInterval", "50")), "t");
        Assert.Equal("1", await received.NextTextAsync());
        await EventuallyAsync(async () => await PendingAsync("t") == 0);
    }

    [Fact]
    public async Task Redeliver_WhatWasTrimmedMeanwhile_IsForgotten()
    {
        string id = (await RawAsync("XADD", "t", "*", "data", "gone")).Text;
        await RawAsync("XGROUP", "CREATE", "t", Group, "0");
        await RawAsync("XREADGROUP", "GROUP", Group, Group, "STREAMS", "t", ">");
        await RawAsync("XDEL", "t", id);
        RedisPubSub pubSub = await OpenAsync(("processingTimeout", "50"), ("redeliverInterval", "50"));
        Received received = await SubscribeAsync(pubSub, "t");
        await EventuallyAsync(async () => await PendingAsync("t") == 0);
        await PublishAsync(pubSub, "t", "after");
        Assert.Equal("after", await received.NextTextAsync());
    }

    [Fact]
    public async Task Redeliver_WhatOnlyWaitsForABusyApp_ComesOnce()
    {
        RedisPubSub pubSub = await OpenAsync(("concurrency", "1"), ("processingTimeout", "100"), ("redeliverInterval", "50"));
        Received received = await SubscribeAsync(pubSub, "t");
        var release = new TaskCompletionSource();
        received.Released = release.Task;
        await PublishAsync(pubSub, "t", "held");
        await received.NextAsync();
        for (int i = 0; i < 5; i++) await PublishAsync(pubSub, "t", $"{i}");
        // Long enough for all of them to be overdue, and the first to come again.
        await EventuallyAsync(async () => (await RawAsync("XPENDING", "t", Group, "-", "+", "10")).Items is { Length: 6 } all && all[5].Items[3].Integer > 2);
        release.SetResult();
        // Behind whatever was queued.
        await PublishAsync(pubSub, "t", "last");
        List<string> texts = [];
        while (texts.LastOrDefault() != "last")
        {
            if (await received.NextTextAsync() is var text and not "held") texts.Add(text);
        }

        Assert.Equal(["0", "1", "2", "3", "4", "last"], texts);
    }

    [Fact]
    public async Task Redeliver_TurnedOff_LeavesPendingWhatIsPending()
    {
        await RawAsync("XADD", "t", "*", "data", "1");
        await RawAsync("XGROUP", "CREATE", "t", Group, "0");
        await RawAsync("XREADGROUP", "GROUP", Group, Group, "STREAMS", "t", ">");
        RedisPubSub pubSub = await OpenAsync(("processingTimeout", "0"));
        Received received = await SubscribeAsync(pubSub, "t");
        await PublishAsync(pubSub, "t", "2");
        Assert.Equal("2", await received.NextTextAsync());
        await EventuallyAsync(async () => await PendingAsync("t") == 1);
    }

    [Fact]
    public async Task Subscribe_TopicWhoseKeyIsNoStream_DoesNotHoldUpTheOthers()
    {
        await RawAsync("SET", "bad", "x");
        RedisPubSub pubSub = await OpenAsync();
        await SubscribeAsync(pubSub, "bad");
        Received good = await SubscribeAsync(pubSub, "good");
        await PublishAsync(pubSub, "good", "1");
        Assert.Equal("1", await good.NextTextAsync());
        // While it is being read, too.
        await RawAsync("DEL", "good");
        await RawAsync("SET", "good", "x");
        Received late = await SubscribeAsync(pubSub, "late");
        await PublishAsync(pubSub, "late", "2");
        Assert.Equal("2", await late.NextTextAsync());
    }

    [Fact]
    public async Task Groups_TopicWhoseKeyBecomesFree_IsTriedAgainAfterAWhile()
    {
        var time = new ManualTimeProvider();
        var groups = new RedisStreamGroups(Group, Raw, time, NullLogger.Instance);
        await RawAsync("SET", "bad", "x");
        Assert.Equal(["good"], await groups.PrepareAsync(["bad", "good"], Cancelled));
        await RawAsync("DEL", "bad");
        Assert.Equal(["good"], await groups.PrepareAsync(["bad", "good"], Cancelled));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["bad", "good"], await groups.PrepareAsync(["bad", "good"], Cancelled));
    }

    [Fact]
    public async Task Flush_EverythingGone_StreamsAndGroupsAreMadeAgain()
    {
        RedisPubSub pubSub = await OpenAsync();
        Received one = await SubscribeAsync(pubSub, "one"), two = await SubscribeAsync(pubSub, "two");
        await PublishAsync(pubSub, "one", "1");
        await one.NextTextAsync();
        await RawAsync("FLUSHDB");
        await PublishAsync(pubSub, "one", "2");
        await PublishAsync(pubSub, "two", "3");
        Assert.Equal(["2", "3"], [await one.NextTextAsync(), await two.NextTextAsync()]);
    }

    private static string ParseDatabase(string client) => client.Split(' ').Single(part => part.StartsWith("db=", StringComparison.Ordinal));
}
