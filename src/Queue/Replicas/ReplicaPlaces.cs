using Microsoft.Extensions.Options;

namespace Gateway.Queue.Replicas;

/// <summary>
/// Gives this process a place among the replicas, from 1: the one that it had before, else the lowest that is free. So ids, and with them
/// topics, come again, and there are never many more than replicas (docs/decisions/0013).
/// </summary>
internal sealed class ReplicaPlaces(IReplicaStore store, TimeProvider time, IOptions<QueueOptions> options)
{
    /// <summary>
    /// How long a place is kept for a process without a sign of life. Long, since its sidecar may outlive it and stay subscribed to the place's topic:
    /// longer than an orchestrator waits with a program that crashes again and again.
    /// </summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    /// <summary>How often others may be faster before this is given up for now.</summary>
    private const int MaxAttempts = 20;

    /// <summary>Takes a place and gives the first sign of life there; answers the place's id and this run's boot.</summary>
    /// <param name="boot">This run's boot, unless the place has seen a later one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueUnavailableException">Others were faster too often.</exception>
    public async Task<(string Id, long Boot)> TakeAsync(long boot, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (id, last, etag) = await FindAsync(cancellationToken);
            var run = last?.Boot >= boot ? last.Boot + 1 : boot;
            var document = new ReplicaDocument(run, time.GetUtcNow().ToUnixTimeMilliseconds(), options.Value.ReplicaName);
            if (await store.TrySaveAsync(id, document, etag, cancellationToken)) return (id, run);
        }

        throw new QueueUnavailableException($"Others took every free place of a replica {MaxAttempts} times in a row.");
    }

    private async Task<(string Id, ReplicaDocument? Last, string Etag)> FindAsync(CancellationToken cancellationToken)
    {
        (string Id, ReplicaDocument? Last, string Etag)? free = null;
        for (var place = 1; ; place++)
        {
            var id = $"{options.Value.ReplicaGroup}-{place}";
            var (last, etag) = await store.LoadAsync(id, cancellationToken);
            if (last is not null && last.Name == options.Value.ReplicaName) return (id, last, etag);
            if (last is null || time.GetUtcNow().ToUnixTimeMilliseconds() - last.RenewedAt > KeptFor.TotalMilliseconds) free ??= (id, last, etag);

            // Nobody comes after a place that nobody had.
            if (last is null) return free!.Value;
        }
    }
}
