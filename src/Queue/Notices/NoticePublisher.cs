using System.Threading.Channels;
using Dapr.Client;
using Gateway.Queue.Commits;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Notices;

/// <summary>
/// Tells other replicas on their own topics (<c>replica.{id}</c>), in bulk: what came in while one publish was under way goes with the next.
/// Best effort: a poll or a channel whose notice is lost looks again by itself, and who watches sees a gap in the numbers.
/// </summary>
internal sealed class NoticePublisher(
    DaprClient dapr, IReplicas replicas, QueueMetrics metrics, TimeProvider time, IOptions<QueueOptions> options, ILogger<NoticePublisher> logger)
    : BackgroundService, IReplicaNotices
{
    private const int NoticesPerCall = 100;

    /// <summary>Well below the four megabytes that a sidecar takes in one request.</summary>
    private const int TextPerCall = 1024 * 1024;

    private readonly Channel<Waiting> notices = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => metrics.NoticeDropped());

    private readonly Episode failing = new();

    public static string TopicOf(string replica) => $"replica.{replica}";

    /// <inheritdoc />
    public void Publish(string replica, ReplicaNotice notice)
    {
        if (replica != replicas.Id) notices.Writer.TryWrite(new Waiting(replica, notice, time.GetTimestamp()));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var first in notices.Reader.ReadAllAsync(stoppingToken))
        {
            var batch = new List<Waiting> { first };
            var text = first.Notice.TextLength;
            while (batch.Count < NoticesPerCall && text < TextPerCall && notices.Reader.TryRead(out var next))
            {
                batch.Add(next);
                text += next.Notice.TextLength;
            }

            foreach (var group in batch.GroupBy(item => item.Replica))
                await PublishAsync(group.Key, [.. group], stoppingToken);
        }
    }

    private async Task PublishAsync(string replica, IReadOnlyList<Waiting> batch, CancellationToken cancellationToken)
    {
        try
        {
            await dapr.BulkPublishEventAsync(options.Value.PubSub, TopicOf(replica), batch.Select(item => item.Notice).Distinct().ToList(), cancellationToken: cancellationToken);
            failing.Ended();
            foreach (var item in batch) metrics.Published(time.GetElapsedTime(item.Since));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.NoticesFailed(batch.Count);
            if (failing.Began()) QueueLog.NoticesFailed(logger, e);
        }
    }

    private readonly record struct Waiting(string Replica, ReplicaNotice Notice, long Since);
}
