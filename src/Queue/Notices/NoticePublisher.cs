using System.Threading.Channels;
using Dapr.Client;
using Gateway.Queue.Commits;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Notices;

/// <summary>
/// Tells other replicas on their own topics (<c>replica.{id}</c>), in bulk: what came in while one publish was under way goes with the next.
/// Best effort: a poll or a channel whose notice is lost looks again by itself, and who watches sees a gap in the numbers.
/// </summary>
internal sealed class NoticePublisher(DaprClient dapr, IOptions<QueueOptions> options, ILogger<NoticePublisher> logger) : BackgroundService, IReplicaNotices
{
    private const int NoticesPerCall = 100;

    /// <summary>Well below the four megabytes that a sidecar takes in one request.</summary>
    private const int TextPerCall = 1024 * 1024;

    private readonly Channel<(string Replica, ReplicaNotice Notice)> notices = Channel.CreateBounded<(string, ReplicaNotice)>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Episode failing = new();

    public static string TopicOf(string replica) => $"replica.{replica}";

    /// <inheritdoc />
    public void Publish(string replica, ReplicaNotice notice)
    {
        if (replica != options.Value.ReplicaId) notices.Writer.TryWrite((replica, notice));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var first in notices.Reader.ReadAllAsync(stoppingToken))
        {
            var batch = new List<(string Replica, ReplicaNotice Notice)> { first };
            var text = first.Notice.TextLength;
            while (batch.Count < NoticesPerCall && text < TextPerCall && notices.Reader.TryRead(out var next))
            {
                batch.Add(next);
                text += next.Notice.TextLength;
            }

            foreach (var group in batch.GroupBy(item => item.Replica, item => item.Notice))
                await PublishAsync(group.Key, [.. group.Distinct()], stoppingToken);
        }
    }

    private async Task PublishAsync(string replica, IReadOnlyList<ReplicaNotice> batch, CancellationToken cancellationToken)
    {
        try
        {
            await dapr.BulkPublishEventAsync(options.Value.PubSub, TopicOf(replica), batch, cancellationToken: cancellationToken);
            failing.Ended();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (failing.Began()) QueueLog.NoticesFailed(logger, e);
        }
    }
}
