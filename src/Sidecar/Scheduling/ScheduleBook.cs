using System.Threading.Channels;

namespace Gateway.Sidecar.Scheduling;

/// <summary>
/// All of a kind that fall due, reminders or jobs: in memory, and in a journal that survives the sidecar. A change is answered when the
/// journal has it; changes that come together are written together.
/// </summary>
/// <remarks>
/// Thread-safe. Memory changes under the lock, and the journal gets the changes in that same order. A reader may see a change a
/// moment before it is durable. After a failure of the journal the outcome of a change is unknown to its caller, as it is with
/// any store that fails on commit.
/// </remarks>
internal sealed class ScheduleBook<TKey, TItem, TRow> : IAsyncDisposable
    where TKey : notnull
    where TItem : ScheduledItem<TKey>
    where TRow : class
{
    private const int LargestBatch = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, TItem> items = [];
    private readonly Channel<PendingChange> changes =
        Channel.CreateUnbounded<PendingChange>(new UnboundedChannelOptions { SingleReader = true });

    private readonly IScheduleJournal<TKey, TItem, TRow>? journal;
    private readonly ILogger logger;
    private readonly Task writing;

    /// <remarks><c>journal</c>: Null keeps them in memory only.</remarks>
    public ScheduleBook(IScheduleJournal<TKey, TItem, TRow>? journal, ILogger logger)
    {
        this.journal = journal;
        this.logger = logger;
        foreach (TItem item in journal?.Load() ?? []) items.Add(item.Key, item);
        if (journal is not null) ScheduleLog.JournalLoaded(logger, items.Count, journal.File);
        writing = Task.Run(WriteAsync);
    }

    public IReadOnlyList<TItem> All
    {
        get { lock (gate) return [.. items.Values]; }
    }

    public TItem? Find(TKey key)
    {
        lock (gate) return items.GetValueOrDefault(key);
    }

    /// <summary>Adds an item in the place of one of the same key; false when there is one and it may not be overwritten.</summary>
    public async Task<bool> PutAsync(TItem item, bool overwrite)
    {
        Task durable;
        lock (gate)
        {
            if (items.TryGetValue(item.Key, out TItem? old))
            {
                if (!overwrite) return false;
                old.Remove();
            }

            items[item.Key] = item;
            durable = Journal(item.Key, item);
        }

        await durable;
        return true;
    }

    /// <summary>Deletes an item, if there is one.</summary>
    public Task DeleteAsync(TKey key)
    {
        lock (gate)
        {
            if (!items.Remove(key, out TItem? old)) return Task.CompletedTask;
            old.Remove();
            return Journal(key, null);
        }
    }

    /// <summary>Goes on to the next tick, or ends the item when there is none; false when it is over.</summary>
    public async Task<bool> AdvanceAsync(TItem item)
    {
        Task durable;
        bool goesOn;
        lock (gate)
        {
            if (item.Removed) return false;
            item.TicksDone++;
            item.Attempts = 0;
            DateTimeOffset? next = item.Next();
            goesOn = next is not null;
            if (next is { } tick)
            {
                item.Tick = tick;
                durable = Journal(item.Key, item);
            }
            else
            {
                items.Remove(item.Key);
                item.Remove();
                durable = Journal(item.Key, null);
            }
        }

        await durable;
        return goesOn;
    }

    public async ValueTask DisposeAsync()
    {
        changes.Writer.TryComplete();
        await writing;
        journal?.Dispose();
    }

    /// <summary>Called under the lock; completes when the change is durable.</summary>
    private Task Journal(TKey key, TItem? item)
    {
        if (journal is null) return Task.CompletedTask;
        var change = new PendingChange(key, item is null ? null : journal.Copy(item));
        return changes.Writer.TryWrite(change) ? change.Done.Task : Task.FromException(new ObjectDisposedException(nameof(ScheduleBook<,,>)));
    }

    private async Task WriteAsync()
    {
        List<PendingChange> batch = [];
        while (await changes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && changes.Reader.TryRead(out PendingChange? change)) batch.Add(change);
            try
            {
                journal!.Write(batch.Select(change => (change.Key, change.Row)));
                foreach (PendingChange change in batch) change.Done.SetResult();
            }
            catch (Microsoft.Data.Sqlite.SqliteException exception)
            {
                ScheduleLog.JournalFailed(logger, journal!.File, exception);
                foreach (PendingChange change in batch) change.Done.SetException(new IOException("The schedule could not be written.", exception));
            }
        }
    }

    private sealed record PendingChange(TKey Key, TRow? Row)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
