using Gateway.Sidecar.PubSub;
using Gateway.Sidecar.PubSub.Subscriptions;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#configuration-for-bulk-subscribe
public sealed class BulkCollectorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider time = new();
    private readonly List<int> lists = [];

    [Fact]
    public async Task Add_ManyAtOnce_NoListIsLargerThanItMayBe()
    {
        BulkCollector collector = Collect(max: 3);
        Task[] adding = [.. Enumerable.Range(0, 4)
            .Select(_ => Task.Run(() => Task.WhenAll(Enumerable.Range(0, 300).Select(_ => collector.AddAsync(Message(), default).AsTask()))))];
        await Task.WhenAll(adding).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Repeat(3, 400), lists);
    }

    [Fact]
    public async Task Add_FewerThanTheMost_GoWhenTheFirstHasWaited()
    {
        BulkCollector collector = Collect(max: 3);
        Task<string?> first = collector.AddAsync(Message(), default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(300));
        Task<string?> second = collector.AddAsync(Message(), default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Empty(lists);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([2], lists);
        await Task.WhenAll(first, second).WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Add_SubscriptionEnds_GoAtOnceWithWhatThereIs()
    {
        BulkCollector collector = Collect(max: 3);
        using var ending = new CancellationTokenSource();
        Task<string?> waiting = collector.AddAsync(Message(), ending.Token).AsTask();
        await ending.CancelAsync();
        await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal([1], lists);
    }

    private BulkCollector Collect(int max) => new(
        new BulkSubscribe(max, TimeSpan.FromMilliseconds(400)),
        time,
        (messages, _) =>
        {
            lock (lists) lists.Add(messages.Count);
            foreach (BulkMessage message in messages) message.Settle(null);
            return Task.CompletedTask;
        });

    private static BulkMessage Message() => new(new PubSubMessage("t", default, PubSubMessage.NoMetadata), default, "/t");
}
