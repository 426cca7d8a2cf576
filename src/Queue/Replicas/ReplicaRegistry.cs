using Gateway.Core.Queue;
using Gateway.Queue.Commits;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Replicas;

/// <summary>
/// Renews this replica's sign of life and reads the others'. Times are compared across replicas, whose clocks are taken to agree within a few
/// seconds, as they are for claims.
/// </summary>
internal sealed class ReplicaRegistry(IReplicaStore store, TimeProvider time, IOptions<QueueOptions> options, ILogger<ReplicaRegistry> logger)
    : BackgroundService, IReplicas
{
    /// <summary>How often a sign of life is given.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long one counts: two may be lost.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(15);

    /// <summary>How long what was read of another replica is kept.</summary>
    public static readonly TimeSpan CachedFor = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly Dictionary<ReplicaBoot, (Task<bool> IsGone, long ReadAt)> read = [];
    private readonly TaskCompletionSource<ReplicaBoot> registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Episode failing = new();
    private readonly Episode replaced = new();
    private long boot = time.GetUtcNow().ToUnixTimeMilliseconds();

    private readonly ReplicaPlaces places = new(store, time, options);
    private volatile string? id = options.Value.ReplicaId;

    /// <inheritdoc />
    public string? Id => id;

    /// <inheritdoc />
    public ReplicaBoot? Self { get; private set; }

    /// <inheritdoc />
    public ValueTask<ReplicaBoot> SelfAsync(CancellationToken cancellationToken) =>
        Self is { } self ? ValueTask.FromResult(self) : new(registered.Task.WaitAsync(cancellationToken));

    /// <inheritdoc />
    public async ValueTask<IReadOnlyCollection<ReplicaBoot>> FindGoneAsync(IReadOnlyCollection<ReplicaBoot> named, CancellationToken cancellationToken)
    {
        List<ReplicaBoot>? gone = null;
        foreach (var replica in named)
        {
            var isGone = replica.Replica == id
                ? replica.Boot < Interlocked.Read(ref boot)
                : await Look(replica).WaitAsync(cancellationToken);
            if (isGone) (gone ??= []).Add(replica);
        }

        return gone ?? (IReadOnlyCollection<ReplicaBoot>)[];
    }

    /// <summary>Gives a sign of life now; the first one takes a place, unless the id was configured.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (id is null)
        {
            var (place, run) = await places.TakeAsync(boot, cancellationToken);
            Interlocked.Exchange(ref boot, run);
            id = place;
            QueueLog.PlaceTaken(logger, place);
        }
        else if (!await TryRenewAsync(id, cancellationToken))
        {
            return;
        }

        Self ??= new ReplicaBoot(id, boot);
        registered.TrySetResult(Self);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RenewAsync(stoppingToken);
                if (failing.Ended()) QueueLog.RenewedAgain(logger);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A sidecar that is still coming up is no news.
                if (Self is not null && failing.Began()) QueueLog.RenewalFailed(logger, e);
            }

            await Task.Delay(Self is null ? FirstRetry : RenewEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False: a newer run has taken over.</summary>
    private async Task<bool> TryRenewAsync(string own, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (stored, etag) = await store.LoadAsync(own, cancellationToken);
            if (Self is null && stored?.Boot >= boot) Interlocked.Exchange(ref boot, stored.Boot + 1);
            if (stored?.Boot > boot)
            {
                // What this run holds counts as gone; saying otherwise would take the newer run's channels away.
                if (replaced.Began()) QueueLog.ReplicaReplaced(logger, own);
                return false;
            }

            var name = options.Value.ReplicaId is null ? options.Value.ReplicaName : null;
            if (await store.TrySaveAsync(own, new ReplicaDocument(boot, time.GetUtcNow().ToUnixTimeMilliseconds(), name), etag, cancellationToken)) return true;
            if (attempt == 3) throw new QueueUnavailableException($"The document of the replica {own} was changed by others {attempt} times in a row.");
        }
    }

    /// <summary>Whether a run of another replica is dead; many who ask at once share one read.</summary>
    private Task<bool> Look(ReplicaBoot replica)
    {
        lock (gate)
        {
            if (read.TryGetValue(replica, out var known) && time.GetElapsedTime(known.ReadAt) < CachedFor) return known.IsGone;
            foreach (var (other, (_, at)) in read)
                if (time.GetElapsedTime(at) >= CachedFor) read.Remove(other);
            var look = LookAsync(replica);
            read[replica] = (look, time.GetTimestamp());
            return look;
        }
    }

    private async Task<bool> LookAsync(ReplicaBoot replica)
    {
        try
        {
            var (stored, _) = await store.LoadAsync(replica.Replica, CancellationToken.None);
            return stored is null || stored.Boot > replica.Boot || time.GetUtcNow().ToUnixTimeMilliseconds() - stored.RenewedAt > FreshFor.TotalMilliseconds;
        }
        catch (Exception e)
        {
            QueueLog.ReplicaUnknown(logger, replica.Replica, e);
            return false;
        }
    }
}
