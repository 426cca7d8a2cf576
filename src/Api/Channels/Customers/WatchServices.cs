using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Queue.Notices;
using Gateway.Queue.Replicas;
using Gateway.Storage.History;

namespace Gateway.Api.Channels.Customers;

/// <summary>What every watched device works with.</summary>
internal sealed record WatchServices(
    ICommandQueue Queue,
    IHistoryReader History,
    ICommandHistory Commands,
    IReplicas Replicas,
    IReplicaNotices Notices,
    ICustomerWords Words,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>A device is not watched any more.</summary>
    public required Action<WatchedDevice> Forget { get; init; }

    /// <summary>Whether a connection has not ended.</summary>
    public required Func<ICustomerConnection, bool> IsOpen { get; init; }

    /// <summary>A connection has lost a device.</summary>
    public required Action<ICustomerConnection, WatchedDevice> Lost { get; init; }

    /// <summary>This run of this replica, once the others see it.</summary>
    public async Task<ReplicaBoot> SelfAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Replicas.SelfAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw new QueueUnavailableException("This replica cannot give a sign of life.", e);
        }
    }
}
