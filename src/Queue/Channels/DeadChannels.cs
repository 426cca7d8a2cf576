using System.Collections.Concurrent;
using Gateway.Core.Channels;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue.Channels;

/// <summary>See <see cref="IDeadChannels"/>: asks the table who holds channels and their documents who of them is alive.</summary>
internal sealed class DeadChannels(ICommandQueue queue, IDeviceChannelStore store, IReplicas replicas, ILogger<DeadChannels> logger) : IDeadChannels
{
    private const int DevicesPerPage = 200;
    private const int AtOnce = 8;

    /// <inheritdoc />
    public async Task<int> DetachAsync(CancellationToken cancellationToken)
    {
        var found = 0;
        foreach (var gone in await replicas.FindGoneAsync(await store.HoldersAsync(cancellationToken), cancellationToken))
            found += await DetachAsync(gone, cancellationToken);
        return found;
    }

    private async Task<int> DetachAsync(ReplicaBoot gone, CancellationToken cancellationToken)
    {
        var found = 0;
        IReadOnlyList<DeviceChannel> page;
        string? after = null;
        do
        {
            page = await store.HeldByAsync(gone, after, DevicesPerPage, cancellationToken);
            if (page.Count == 0) break;
            var detached = new ConcurrentBag<DeviceChannelChange>();
            await Parallel.ForEachAsync(
                page,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (channel, token) =>
                {
                    if (await TryDetachAsync(channel, token)) detached.Add(new DeviceChannelChange(channel, IsAttached: false));
                });
            await store.WriteAsync(detached, cancellationToken);
            found += page.Count;
            after = page[^1].DeviceId;
        }
        while (page.Count == DevicesPerPage);

        if (found > 0) QueueLog.DeadChannelsDetached(logger, found, gone.Replica);
        return found;
    }

    private async Task<bool> TryDetachAsync(DeviceChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            // Of another connection, which has come meanwhile, the head knows better.
            await queue.ExecuteAsync(channel.DeviceId, new DetachChannel(channel.Connection), cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            QueueLog.DeadChannelLeft(logger, channel.DeviceId, e);
            return false;
        }
    }
}
