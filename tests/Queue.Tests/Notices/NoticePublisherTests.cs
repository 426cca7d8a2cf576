using Dapr.Client;
using Gateway.Queue.Notices;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Queue.Tests.Notices;

/// <summary>What becomes of notices that do not get through.</summary>
public sealed class NoticePublisherTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly QueueReplica replica;
    private readonly DaprClient dapr = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{FreePort.Next()}").Build();
    private readonly RecordedMetrics metrics;
    private readonly NoticePublisher publisher;

    public NoticePublisherTests()
    {
        replica = new QueueReplica(new FakeHeadStore(), new FakeHistory(), time);
        var counts = new QueueMetrics(replica.Meters, NullLogger<QueueMetrics>.Instance);
        metrics = new RecordedMetrics(replica.Meters);
        publisher = new NoticePublisher(dapr, replica.Registry, counts, time, replica.Options, NullLogger<NoticePublisher>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        publisher.Dispose();
        metrics.Dispose();
        dapr.Dispose();
        replica.Dispose();
    }

    [Fact]
    public async Task Publish_NobodyTakesIt_IsCountedAsFailedAndTheNextIsTried()
    {
        await publisher.StartAsync(Token);
        for (var lost = 1; lost <= 2; lost++)
        {
            publisher.Publish("r2", ReplicaNotice.Look("d"));
            await Eventually.UntilAsync(() => metrics.Values("gateway.notices.lost", "reason=failed").Count == lost);
        }

        Assert.Empty(metrics.Values("gateway.notices.lag"));
        await publisher.StopAsync(Token);
    }

    [Fact]
    public void Publish_TooManyWait_TheOldestIsDroppedAndCounted()
    {
        for (var i = 0; i < 10_001; i++) publisher.Publish("r2", ReplicaNotice.Look("d"));
        Assert.Equal([1], metrics.Values("gateway.notices.lost", "reason=full"));
    }
}
