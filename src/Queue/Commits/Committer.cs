using System.Security.Cryptography;
using Gateway.Core.History;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Heads;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Commits;

/// <summary>
/// Commits operations of one device with one save of its head. Called by one committer per device and replica; other replicas
/// may work on the same device at the same time, and the etag decides (DESIGN, "One key, one save, one etag").
/// </summary>
internal sealed class Committer(
    IHeadStore store,
    DocumentCache documents,
    EtagPredictor etags,
    ICommandHistory history,
    IDeadlineArmer armer,
    IReplicas replicas,
    QueueObservers observers,
    QueueMetrics metrics,
    TimeProvider time,
    IOptions<QueueOptions> options,
    ILogger<Committer> logger)
{
    /// <summary>
    /// Conflicts in a row before giving up, a second or two in all. Each round lets one through, but an operation that has to read first loses
    /// most rounds against replicas that know the etag: with a few of them 16 rounds were not enough.
    /// </summary>
    private const int MaxAttempts = 64;

    /// <summary>Rounds of reading what Core asked for. One usually does; a claim over many small segments takes more.</summary>
    private const int MaxRounds = 64;

    /// <summary>Arming may be late, but must not hold up a claim for long: a sweep finds what no reminder tells.</summary>
    private static readonly TimeSpan ArmingLimit = TimeSpan.FromSeconds(2);

    /// <summary>After an arming that hung, none is tried for this long, or every operation of every device would wait as long.</summary>
    private static readonly TimeSpan PauseAfterHanging = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same after one that failed at once. It costs little, but the actor's app tells of each with all that it knows: some 200,000 lines in a
    /// minute without a scheduler.
    /// </summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly QueueLimits limits = options.Value.ToLimits();
    private readonly Episode arming = new();
    private readonly Episode saving = new();
    private long armAgainAt;

    /// <summary>Commits and answers the operations in order, and what is left to do about documents.</summary>
    public async Task<Commit> CommitAsync(DeviceCell cell, IReadOnlyList<QueueOperation> operations, CancellationToken cancellationToken)
    {
        var tried = new TriedSaves();
        var (fresh, stale) = (false, false);
        for (var attempt = 1; ; attempt++)
        {
            if (stale || cell.Etag is null)
            {
                await LoadAsync(cell, cancellationToken);
                (fresh, stale) = (true, false);
                if (tried.FindIn(cell.Head!) is { } through) return Done(cell, through, tried);
                await DeleteQuietlyAsync(cell.DeviceId, tried.GiveUp(cell.DeviceId, cell.Head!, time.GetUtcNow().ToUnixTimeMilliseconds()), cancellationToken);
            }

            // Only now: the last save may have gone through like any other, and what it wrote is not left behind.
            if (attempt > MaxAttempts) throw new QueueUnavailableException($"The queue of {cell.DeviceId} was changed by others {MaxAttempts} times in a row.");

            var (head, etag) = (cell.Head!, cell.Etag!);
            if (await ApplyAsync(cell, head, WithReminder(cell, operations), cancellationToken) is not { } step)
            {
                stale = true;
                continue;
            }

            if (!step.Changed)
            {
                // Nothing to save, so no etag vouches for the head: what was decided on a kept one is checked against the store.
                if (!fresh) await LoadAsync(cell, cancellationToken);
                fresh = true;
                if (cell.Head!.Commit != head.Commit) continue;
                cell.ReminderMoved = false;
                return new Commit(step, []);
            }

            step = step with { Head = await ArmAsync(cell, step.Head, cancellationToken) };
            if (step.Effects.Writes.Count > 0) await Guard(WriteAsync(cell.DeviceId, step.Effects.Writes, cancellationToken));
            var saved = await TrySaveAsync(cell, step.Head, etag, cancellationToken);
            if (saved is true) return Done(cell, step, tried);
            tried.Add(head.Commit, step, isRefused: saved is false);
            metrics.Conflict(isRefused: saved is false);
            stale = true;

            // The first time at once: often it was only a guessed etag. After that others get a chance.
            if (attempt > 1) await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(50, 2 << Math.Min(attempt, 8))), time, cancellationToken);
        }
    }

    /// <summary>Reads the head from the store.</summary>
    public async Task LoadAsync(DeviceCell cell, CancellationToken cancellationToken)
    {
        var stored = await Guard(store.LoadAsync(cell.DeviceId, cancellationToken));
        if (cell.Etag is { } expected && cell.Head?.Commit == stored.Head.Commit && expected != stored.Etag) etags.Missed();
        See(cell, stored.Head, stored.Etag);
    }

    /// <summary>Deletes documents that nothing names. What fails goes by its time to live.</summary>
    public async Task DeleteQuietlyAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0) return;
        foreach (var name in names) documents.Remove(name);
        try
        {
            await store.DeleteAsync(deviceId, names, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            QueueLog.GarbageLeft(logger, deviceId, names.Count, e);
        }
    }

    /// <summary>Documents of a device by name, from the cache or the store. Absent ones are left out.</summary>
    public async Task<IReadOnlyDictionary<string, QueueDocument>> ReadAsync(
        string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, QueueDocument>();
        foreach (var name in names)
            if (documents.Find(name) is { } document) found[name] = document;
        var missing = names.Where(name => !found.ContainsKey(name)).ToList();
        if (missing.Count == 0) return found;
        foreach (var (name, document) in await Guard(store.ReadAsync(deviceId, missing, cancellationToken)))
        {
            found[name] = document;
            documents.Add(name, document);
        }

        return found;
    }

    /// <summary>What Core decides; null: the head that was given is not the stored one any more, and the stored one has been read.</summary>
    private async Task<QueueStep?> ApplyAsync(
        DeviceCell cell, QueueHead head, IReadOnlyList<QueueOperation> operations, CancellationToken cancellationToken)
    {
        var facts = new QueueFacts();
        var gone = await FindGoneAsync(head, cancellationToken);
        var push = new PushTerms($"device:{cell.DeviceId}", ClaimTokens.New);
        for (var round = 0; round < MaxRounds; round++)
        {
            var now = time.GetUtcNow();
            var commitId = SortableId.Create(now, RandomNumberGenerator.GetBytes(SortableId.EntropyBytes));
            var step = DeviceQueue.Apply(head, operations, new QueueContext(now, commitId, cell.WrittenThrough, facts, limits) { Writer = cell.Writer, Gone = gone, Push = push });
            if (!step.Needs.Any) return step;
            foreach (var (name, document) in await ReadAsync(cell.DeviceId, step.Needs.Documents, cancellationToken)) facts.Documents[name] = document;
            if (step.Needs.Documents.FirstOrDefault(name => !facts.Documents.ContainsKey(name)) is { } absent)
            {
                // Deleted after a commit that this replica has not seen, or gone: the store's head tells which.
                await LoadAsync(cell, cancellationToken);
                return cell.Head!.Commit != head.Commit
                    ? null
                    : throw new QueueUnavailableException($"The queue of {cell.DeviceId} names the document {absent}, which the state store does not have.");
            }

            foreach (var key in step.Needs.Keys)
                facts.Keys[key] = await Guard(history.FindByIdempotencyKeyAsync(cell.DeviceId, key, cancellationToken));
            foreach (var id in step.Needs.Commands)
                facts.Commands[id] = await Guard(history.FindAsync(cell.DeviceId, id, cancellationToken));
        }

        throw new QueueUnavailableException($"An operation on the queue of {cell.DeviceId} asked for more than {MaxRounds} rounds of documents.");
    }

    /// <summary>
    /// After an arming whose save was lost the reminder may be set later than the winner's head says. Saying that it has fired
    /// makes this commit set it anew.
    /// </summary>
    private static IReadOnlyList<QueueOperation> WithReminder(DeviceCell cell, IReadOnlyList<QueueOperation> operations) =>
        cell.ReminderMoved ? [.. operations, new LookAtClock(ReminderFired: true)] : operations;

    private static Commit Done(DeviceCell cell, QueueStep step, TriedSaves tried)
    {
        cell.ReminderMoved = false;
        return new Commit(step, [.. step.Effects.Deletes, .. tried.DocumentsBut(step)]);
    }

    /// <summary>Sees to it that a reminder no later than the head's deadline is set, before the head is saved.</summary>
    private async Task<QueueHead> ArmAsync(DeviceCell cell, QueueHead head, CancellationToken cancellationToken)
    {
        if (head.Deadline() is not { } deadline) return head;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();

        // A reminder that should have fired by now may be lost: it is no longer counted on.
        if (head.Armed is { } armed && armed <= deadline && armed > now) return head;
        if (now < Interlocked.Read(ref armAgainAt)) return head;
        cell.ReminderMoved = true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await armer.ArmAsync(cell.DeviceId, DateTimeOffset.FromUnixTimeMilliseconds(deadline), limit.Token).WaitAsync(ArmingLimit, time, cancellationToken);
            if (arming.Ended()) QueueLog.ArmingRecovered(logger);
            return head with { Armed = deadline };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await limit.CancelAsync();
            var pause = e is TimeoutException ? PauseAfterHanging : PauseAfterFailure;
            Interlocked.Exchange(ref armAgainAt, now + (long)pause.TotalMilliseconds);
            if (arming.Began()) QueueLog.ArmingFailed(logger, cell.DeviceId, e);
            return head;
        }
    }

    /// <summary>Which of the replicas that a head names are dead. This costs a read now and then, not one for each commit.</summary>
    private ValueTask<IReadOnlyCollection<ReplicaBoot>> FindGoneAsync(QueueHead head, CancellationToken cancellationToken)
    {
        if (head.Channel is null && head.Watchers.IsEmpty) return ValueTask.FromResult<IReadOnlyCollection<ReplicaBoot>>([]);
        ReplicaBoot[] named = head.Channel is { } channel ? [channel.Holder, .. head.Watchers] : [.. head.Watchers];
        return replicas.FindGoneAsync(named, cancellationToken);
    }

    /// <summary>Keeps a head that is known to be the stored one.</summary>
    private void See(DeviceCell cell, QueueHead head, string? etag)
    {
        (cell.Head, cell.Etag, cell.SeenAt) = (head, etag, time.GetTimestamp());
        observers.Seen(cell.DeviceId, head);
    }

    /// <summary>Saves. False: the store refused. Null: no answer; it may have gone through, or still do.</summary>
    private async Task<bool?> TrySaveAsync(DeviceCell cell, QueueHead head, string etag, CancellationToken cancellationToken)
    {
        try
        {
            var isSaved = await store.TrySaveAsync(cell.DeviceId, head, etag, cancellationToken);
            if (saving.Ended()) QueueLog.SavesRecovered(logger);
            if (!isSaved) return false;
            See(cell, head, etags.AfterSaveOver(etag));
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (saving.Began()) QueueLog.SaveFailed(logger, cell.DeviceId, e);
            return null;
        }
    }

    private async Task<int> WriteAsync(string deviceId, Dictionary<string, QueueDocument> written, CancellationToken cancellationToken)
    {
        await store.WriteAsync(deviceId, written, cancellationToken);
        foreach (var (name, document) in written) documents.Add(name, document);
        return written.Count;
    }

    private static async Task<T> Guard<T>(Task<T> task)
    {
        try
        {
            return await task;
        }
        catch (Exception e) when (e is not (OperationCanceledException or QueueUnavailableException))
        {
            throw new QueueUnavailableException("The state store or the history cannot be reached.", e);
        }
    }
}

/// <summary>A commit that went through, or answers that needed none.</summary>
/// <param name="Step">What Core decided; its outcomes begin with one for each operation.</param>
/// <param name="Deletes">Documents that nothing names any more.</param>
internal sealed record Commit(QueueStep Step, IReadOnlyList<string> Deletes);
