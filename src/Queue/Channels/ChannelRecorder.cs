using Gateway.Core.Channels;
using Gateway.Queue.Commits;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue.Channels;

/// <summary>
/// Keeps the table of channels for this replica: once a second what has changed, in one statement. When it starts, what an earlier run of this
/// replica held is detached at once.
/// </summary>
internal sealed class ChannelRecorder(
    HeldChannels held, IDeviceChannelStore store, IDeadChannels dead, IReplicas replicas, TimeProvider time, ILogger<ChannelRecorder> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly Episode failing = new();

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(StopLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await WriteAsync(linked.Token);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await replicas.SelfAsync(stoppingToken);
            await DetachDeadAsync(stoppingToken);
            using var timer = new PeriodicTimer(Interval, time);
            while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task DetachDeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await dead.DetachAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            QueueLog.ChannelsLeftToSweep(logger, e);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var changes = held.Take();
        if (changes.Count == 0) return;
        try
        {
            await store.WriteAsync(changes, cancellationToken);
            failing.Ended();
        }
        catch (Exception e)
        {
            held.GiveBack(changes);
            if (failing.Began()) QueueLog.ChannelsNotRecorded(logger, changes.Count, e);
        }
    }
}
