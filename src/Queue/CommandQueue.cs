using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Commits;
using Gateway.Queue.History;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue;

/// <summary>
/// The queues as this replica works on them: operations of one device stand in line and those that wait are committed together;
/// devices do not wait for each other.
/// </summary>
internal sealed class CommandQueue(
    Committer committer,
    HistoryWriter historyWriter,
    IReplicas replicas,
    IReplicaNotices notices,
    QueueObservers observers,
    QueueMetrics metrics,
    TimeProvider time,
    IOptions<QueueOptions> options,
    IHostApplicationLifetime lifetime,
    ILogger<CommandQueue> logger) : ICommandQueue
{
    /// <summary>Most operations in one commit: keeps a head's growth in one step bounded.</summary>
    private const int BatchLimit = 32;

    /// <summary>How long a commit may take, all attempts together.</summary>
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(15);

    /// <summary>How old a head may be that answers how many commands wait.</summary>
    private static readonly TimeSpan CountAge = TimeSpan.FromSeconds(60);

    /// <summary>A waiting poll looks again by itself after this long, in case a notice was lost.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyDictionary<string, QueueDocument> NoTexts = ImmutableDictionary<string, QueueDocument>.Empty;

    private readonly QueueLimits limits = options.Value.ToLimits();
    private readonly ConcurrentDictionary<string, DeviceCell> cells = new(StringComparer.Ordinal);
    private int evicting;

    /// <inheritdoc />
    public async Task<TOutcome> ExecuteAsync<TOutcome>(
        string deviceId, QueueOperation<TOutcome> operation, CancellationToken cancellationToken)
        where TOutcome : class
    {
        return (TOutcome)await Enter(CellOf(deviceId), operation, cancellationToken).WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ClaimOutcome> ClaimAsync(
        string deviceId, Func<ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken)
    {
        var cell = CellOf(deviceId);
        cell.BeginPoll();
        try
        {
            return await PollAsync(cell, claim, wait, cancellationToken);
        }
        finally
        {
            cell.EndPoll();
        }
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<ClaimedCommand>> ReadClaimsAsync(string deviceId, string connection, CancellationToken cancellationToken)
    {
        var cell = CellOf(deviceId);
        for (var head = cell.Head ?? await ReadAsync(cell, cancellationToken); ;)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var isAttached = head.Channel?.Connection == connection;
            var held = head.Claimed.Where(entry => isAttached && entry.Claim!.Connection == connection && entry.Claim.EndsAt > now).ToList();
            var names = held.Select(entry => entry.Definition.Parameters.Document).OfType<string>().ToList();
            var texts = names.Count == 0 ? NoTexts : await committer.ReadAsync(deviceId, names, cancellationToken);
            if (names.TrueForAll(texts.ContainsKey))
                return [.. held.Select(entry => ClaimedCommand.Of(entry, entry.Definition.Parameters is { Document: { } name } ? texts[name].Text! : entry.Definition.Parameters.Text!))];

            // Its command has ended meanwhile, and the stored head says so.
            var latest = await ReadAsync(cell, cancellationToken);
            if (latest.Commit == head.Commit) throw new QueueUnavailableException($"The queue of {deviceId} names a document that the state store does not have.");
            head = latest;
        }
    }

    /// <inheritdoc />
    public async Task<QueueHead> ReadHeadAsync(string deviceId, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        var cell = CellOf(deviceId);
        if (cell.Head is { } head && time.GetElapsedTime(cell.SeenAt) < maxAge) return head;
        return await ReadAsync(cell, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<int> CountWaitingAsync(string deviceId, CancellationToken cancellationToken) =>
        (await ReadHeadAsync(deviceId, CountAge, cancellationToken)).Waiting;

    /// <inheritdoc />
    public async Task<QueueHead> FlushAsync(string deviceId, CancellationToken cancellationToken)
    {
        var cell = CellOf(deviceId);
        var head = await ReadAsync(cell, cancellationToken);
        await historyWriter.WriteAsync(cell, cancellationToken);
        return head;
    }

    /// <summary>Another replica says that there may be something to claim or to send. Never waits.</summary>
    public void Look(string deviceId)
    {
        if (!cells.TryGetValue(deviceId, out var cell)) return;
        cell.SignalWork();
        if (HoldsChannel(cell.Head)) _ = TryLookAsync(deviceId, CancellationToken.None);
    }

    /// <summary>Reads the head, for those who observe it; what cannot be read now is read the next time.</summary>
    public async Task TryLookAsync(string deviceId, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(CellOf(deviceId), cancellationToken);
        }
        catch (QueueUnavailableException e)
        {
            QueueLog.LookFailed(logger, deviceId, e);
        }
    }

    /// <summary>Whether a device's head was not seen for a while, or something waits that its channel has room for.</summary>
    public bool NeedsLook(string deviceId)
    {
        var cell = CellOf(deviceId);
        return cell.Head is not { } head
            || time.GetElapsedTime(cell.SeenAt) >= options.Value.LookAtChannels
            || (head is { Waiting: > 0, Channel: { } channel }
                && channel.Room(head.Claimed, limits) > 0
                && head.Claimed.Length < limits.MaxClaims);
    }

    private async Task<ClaimOutcome> PollAsync(DeviceCell cell, Func<ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var work = cell.NextWork();
            var left = wait - time.GetElapsedTime(started);
            var operation = left > TimeSpan.Zero ? claim() with { Interest = replicas.Id } : claim();

            // Cancelled before its commit begins, it is not begun; after that its answer is waited for, since it may be a claim.
            var outcome = (ClaimOutcome)await Enter(cell, operation, cancellationToken);
            if (outcome.Commands.Length > 0 || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested) return outcome;
            try
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
                await work.WaitAsync(left < LookAgain ? left : LookAgain, time, stop.Token);
            }
            catch (TimeoutException)
            {
                // Look again, or for the last time.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return outcome;
            }
        }
    }

    /// <summary>Reads the stored head, in line with the device's operations.</summary>
    private async Task<QueueHead> ReadAsync(DeviceCell cell, CancellationToken cancellationToken)
    {
        // An operation that changes nothing is answered by the stored head.
        await ExecuteAsync(cell.DeviceId, new LookAtClock(ReminderFired: false), cancellationToken);
        return cell.Head!;
    }

    /// <summary>Puts an operation in line; its answer comes with its commit.</summary>
    private Task<object> Enter(DeviceCell cell, QueueOperation operation, CancellationToken cancellationToken)
    {
        var pending = new PendingOperation(operation, cancellationToken);
        if (cell.Enter(pending)) _ = WorkOffAsync(cell);
        return pending.Answer.Task;
    }

    private async Task WorkOffAsync(DeviceCell cell)
    {
        while (cell.TakeBatch(BatchLimit) is { Count: > 0 } taken)
        {
            foreach (var gone in taken.Where(pending => pending.Cancelled.IsCancellationRequested)) gone.Answer.TrySetCanceled(gone.Cancelled);
            var batch = taken.FindAll(pending => !pending.Answer.Task.IsCompleted);
            if (batch.Count == 0) continue;
            using var limit = new CancellationTokenSource(CommitLimit, time);
            var activity = metrics.StartCommit(cell.DeviceId, batch);
            var started = time.GetTimestamp();
            try
            {
                var commit = await committer.CommitAsync(cell, [.. batch.Select(pending => pending.Operation)], limit.Token);
                metrics.Committed(time.GetElapsedTime(started), batch.Count, commit.Step);
                for (var i = 0; i < batch.Count; i++) batch[i].Answer.TrySetResult(commit.Step.Outcomes[i]);
                AfterCommit(cell, commit);
            }
            catch (Exception e)
            {
                cell.Etag = null;
                metrics.CommitFailed(time.GetElapsedTime(started), batch.Count);
                activity?.SetStatus(ActivityStatusCode.Error);
                if (e is OperationCanceledException) e = new QueueUnavailableException($"A commit took longer than {CommitLimit}.", e);
                if (e is not QueueUnavailableException) QueueLog.OperationFailed(logger, cell.DeviceId, e);
                foreach (var pending in batch) pending.Answer.TrySetException(e);
            }

            metrics.EndCommit(activity);
        }
    }

    private void AfterCommit(DeviceCell cell, Commit commit)
    {
        historyWriter.Notice(cell);
        if (commit.Step.Changed) Tell(cell, commit.Step);
        if (commit.Step.Effects.Wakes)
        {
            cell.SignalWork();
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var interest in commit.Step.Head.Interests)
                if (interest.Until > now && interest.Replica != replicas.Id) notices.Publish(interest.Replica, ReplicaNotice.Look(cell.DeviceId));
        }

        if (commit.Step.Effects.PushesMore) _ = TryLookAsync(cell.DeviceId, CancellationToken.None);

        // The answers are out; nobody waits for the garbage.
        if (commit.Deletes.Count > 0) _ = committer.DeleteQuietlyAsync(cell.DeviceId, commit.Deletes, CancellationToken.None);
    }

    /// <summary>
    /// Tells the replicas that have to do with a commit: those that send what was pushed or close what was replaced, and those that watch. Nothing
    /// depends on it but how soon they know.
    /// </summary>
    private void Tell(DeviceCell cell, QueueStep step)
    {
        var (head, effects, self) = (step.Head, step.Effects, replicas.Id);
        if (effects.Pushes && head.Channel!.Replica != self) notices.Publish(head.Channel.Replica, ReplicaNotice.Look(cell.DeviceId));
        if (effects.Detached is { } detached && detached.Replica != self) notices.Publish(detached.Replica, ReplicaNotice.Look(cell.DeviceId));
        if (head.Watchers.IsEmpty || step.News.Count == 0) return;

        // Whatever large text an event has, it has since this very commit.
        var news = step.News.Select(e => EventTexts.Inline(e, name => effects.Writes[name].Text!)).ToList();
        ReplicaNotice? notice = null;
        foreach (var watcher in head.Watchers)
        {
            if (watcher.Replica == self) observers.Committed(cell.DeviceId, news, news[^1].Seq, head);
            else notices.Publish(watcher.Replica, notice ??= ReplicaNotice.OfEvents(cell.DeviceId, news));
        }
    }

    private bool HoldsChannel(QueueHead? head) => head?.Channel is { } channel && channel.Replica == replicas.Id;

    /// <summary>What this replica keeps of a device.</summary>
    internal DeviceCell CellOf(string deviceId)
    {
        var cell = cells.GetOrAdd(deviceId, static id => new DeviceCell(id));
        cell.UsedAt = time.GetTimestamp();
        if (cells.Count > options.Value.CachedHeads && Interlocked.Exchange(ref evicting, 1) == 0) _ = Task.Run(Evict);
        return cell;
    }

    /// <summary>
    /// Forgets the tenth of the cells that was not used for longest, but none whose channel is here: its heads are to be seen in order. Two cells of
    /// one device at a time only cost conflicts.
    /// </summary>
    private void Evict()
    {
        foreach (var (id, cell) in cells.OrderBy(pair => pair.Value.UsedAt).Take(1 + (cells.Count / 10)))
            if (cell.IsIdle && !HoldsChannel(cell.Head)) cells.TryRemove(KeyValuePair.Create(id, cell));
        Volatile.Write(ref evicting, 0);
    }
}
