using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage.Emergencies;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary>
/// Carries emergency actions on, whoever took the request and whatever restarts meanwhile: once a second, and at once for one that began here, it looks in
/// one statement whether any is open. One replica at a time takes the claims back, from where the last one got to; each tells the nodes whose sockets it holds.
/// </summary>
internal sealed class EmergencyWorker(
    IEmergencyStore store,
    ICommandQueue queue,
    NodeResets nodes,
    IOptions<QueueOptions> options,
    TimeProvider time,
    ILogger<EmergencyWorker> logger) : BackgroundService
{
    private const int PageSize = 200, AtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a worker has for a page before another one may go on in its place.</summary>
    private static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(30);

    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private bool isStuck;

    /// <summary>Notes an action, which goes on from now; false: the code is not good.</summary>
    public async Task<bool> TryBeginAsync(NewEmergency action, string? codeHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await store.TryBeginAsync(action, codeHash, now, cancellationToken)) return false;
        OrchestratorLog.EmergencyBegun(logger, action.Id, action.Action.Name(), action.Target.Name, action.Actor);
        Ring();
        return true;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => Ring(), null, Interval, Interval);
        try
        {
            await foreach (var _ in bell.Reader.ReadAllAsync(stoppingToken)) await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped; what is open goes on after the restart, or on another replica.
        }
    }

    private void Ring() => bell.Writer.TryWrite(true);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var open = await store.ListOpenAsync(cancellationToken);
            if (open.Count == 0) return;
            var isHeldUp = false;
            foreach (var action in open.Where(action => !action.IsReleased)) isHeldUp |= !await TryReleaseAsync(action, cancellationToken);
            await nodes.TellAsync(open, cancellationToken);
            await store.SettleAsync(time.GetUtcNow(), cancellationToken);
            isStuck = isHeldUp;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever went wrong, emergencies go on with the next look.
            Stuck(e);
        }
    }

    /// <summary>Takes a target's claims back as far as it goes; false: the queue does not answer now.</summary>
    private async Task<bool> TryReleaseAsync(OpenEmergency action, CancellationToken cancellationToken)
    {
        var worker = options.Value.ReplicaName;
        if (await store.TryWorkAsync(action.Id, worker, time.GetUtcNow(), time.GetUtcNow() + WorkLimit, cancellationToken) is not { } after) return true;
        for (var isDone = false; !isDone;)
        {
            var page = await store.ListTargetAsync(action.Target, after, PageSize, cancellationToken);
            var (released, failure) = await ReturnAsync(page, action);
            isDone = page.Count < PageSize && failure is null;
            if (failure is null && page.Count > 0) after = page[^1];
            var now = time.GetUtcNow();
            await store.NoteReleasesAsync(action.Id, worker, released, new ReleaseProgress(after, isDone, now, now + WorkLimit), CancellationToken.None);
            if (failure is not null)
            {
                Stuck(failure);
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes some devices' claims back. Not cancelled: what came back is to be noted.</summary>
    private async Task<(IReadOnlyCollection<ReleasedCommand> Released, QueueUnavailableException? Failure)> ReturnAsync(
        IReadOnlyList<string> devices, OpenEmergency action)
    {
        var released = new ConcurrentBag<ReleasedCommand>();
        QueueUnavailableException? failure = null;
        var operation = new ReturnClaims(action.Actor, $"Emergency {action.Id}: {action.Reason.TrimEnd('.')}");
        await Parallel.ForEachAsync(devices, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (device, _) =>
        {
            try
            {
                var outcome = await queue.ExecuteAsync(device, operation, CancellationToken.None);
                foreach (var command in outcome.Commands) released.Add(new ReleasedCommand(device, command.Id, command.State));
            }
            catch (QueueUnavailableException e)
            {
                failure = e;
            }
        });
        return (released, failure);
    }

    /// <summary>Told once, until an action has gone on again.</summary>
    private void Stuck(Exception why)
    {
        if (!isStuck) OrchestratorLog.EmergencyStuck(logger, why);
        isStuck = true;
    }
}
