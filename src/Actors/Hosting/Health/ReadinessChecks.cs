using Dapr;
using Dapr.Client;
using Gateway.Queue;
using Gateway.Queue.Backup;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Health;

/// <summary>Asks what a replica depends on, each question with a limit of its own.</summary>
public sealed class ReadinessChecks(
    IStorageHealth storage, DaprClient dapr, IOptions<QueueOptions> queue, TimeProvider time, ILogger<ReadinessChecks> logger)
{
    /// <summary>The longest that a check takes: 2 seconds, the same as <see cref="IStorageHealth.Limit"/>.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Whether the relational store answers a simple query.</summary>
    public Task<bool> DatabaseAsync(CancellationToken cancellationToken) => storage.IsHealthyAsync(cancellationToken);

    /// <summary>Whether the state store (Redis in production) answers a read through the sidecar, and is not only half filled by an import.</summary>
    public Task<bool> StateStoreAsync(CancellationToken cancellationToken) => AskAsync(
        "state store",
        async limited =>
        {
            // Its absence is the healthy answer.
            var import = await dapr.GetStateAsync<object?>(queue.Value.StateStore, IQueueBackup.UnderWayKey, cancellationToken: limited);
            if (import is not null) ReadinessLog.ImportUnderWay(logger);
            return import is null;
        },
        cancellationToken);

    /// <summary>Whether the sidecar itself is there, whatever its components do.</summary>
    public Task<bool> SidecarAsync(CancellationToken cancellationToken) =>
        AskAsync("sidecar", dapr.CheckOutboundHealthAsync, cancellationToken);

    private async Task<bool> AskAsync(string what, Func<CancellationToken, Task<bool>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A peer that takes its time to be cancelled is not waited for.
            return await ask(linked.Token).WaitAsync(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ReadinessLog.TookTooLong(logger, what);
            return false;
        }
        catch (Exception problem) when (problem is DaprException or HttpRequestException)
        {
            ReadinessLog.Failed(logger, problem, what);
            return false;
        }
    }
}
