using System.Threading.Channels;
using Dapr.Client;
using Gateway.Queue.Commits;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Wakes;

/// <summary>A notice to the long polls of another replica: there may be something to claim for this device.</summary>
/// <param name="DeviceId">The device.</param>
public sealed record WakeNotice(string DeviceId);

/// <summary>Tells other replicas of work; tests listen in its place.</summary>
internal interface IWakePublisher
{
    /// <summary>Tells a replica that there may be something to claim for a device. Never waits.</summary>
    void Publish(string replica, string deviceId);
}

/// <summary>
/// Tells other replicas of work for devices whose long polls they hold, on their own topics (<c>replica.{id}</c>), in bulk: what
/// came in while one publish was under way goes with the next. Best effort: a poll whose notice is lost looks again by itself.
/// </summary>
internal sealed class WakePublisher(DaprClient dapr, IOptions<QueueOptions> options, ILogger<WakePublisher> logger) : BackgroundService, IWakePublisher
{
    private const int NoticesPerCall = 100;

    private readonly Channel<(string Replica, WakeNotice Notice)> notices = Channel.CreateBounded<(string, WakeNotice)>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Episode failing = new();

    public static string TopicOf(string replica) => $"replica.{replica}";

    /// <inheritdoc />
    public void Publish(string replica, string deviceId) => notices.Writer.TryWrite((replica, new WakeNotice(deviceId)));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var first in notices.Reader.ReadAllAsync(stoppingToken))
        {
            var batch = new List<(string Replica, WakeNotice Notice)> { first };
            while (batch.Count < NoticesPerCall && notices.Reader.TryRead(out var next)) batch.Add(next);
            foreach (var group in batch.GroupBy(item => item.Replica, item => item.Notice))
                await PublishAsync(group.Key, [.. group.Distinct()], stoppingToken);
        }
    }

    private async Task PublishAsync(string replica, IReadOnlyList<WakeNotice> batch, CancellationToken cancellationToken)
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
