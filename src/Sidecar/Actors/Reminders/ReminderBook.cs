using System.Threading.Channels;
using Gateway.Sidecar.Actors.Hosting;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>
/// All reminders: in memory, and in a journal that survives the sidecar. A change is answered when the journal has it; changes that
/// come together are written together.
/// </summary>
/// <remarks>
/// Thread-safe. Memory changes under the lock, and the journal gets the changes in that same order. A reader may see a change a
/// moment before it is durable. After a failure of the journal the outcome of a change is unknown to its caller, as it is with
/// any store that fails on commit.
/// </remarks>
internal sealed class ReminderBook : IAsyncDisposable
{
    private const int LargestBatch = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<ReminderKey, Reminder> reminders = [];
    private readonly Channel<PendingChange> changes =
        Channel.CreateUnbounded<PendingChange>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SqliteReminderJournal? journal;
    private readonly ILogger logger;
    private readonly Task writing;

    /// <remarks><c>journal</c>: Null keeps reminders in memory only.</remarks>
    public ReminderBook(SqliteReminderJournal? journal, ILogger logger)
    {
        this.journal = journal;
        this.logger = logger;
        foreach (Reminder reminder in journal?.Load() ?? []) reminders.Add(reminder.Key, reminder);
        if (journal is not null) ActorLog.JournalLoaded(logger, reminders.Count, journal.File);
        writing = Task.Run(WriteAsync);
    }

    public IReadOnlyList<Reminder> All
    {
        get { lock (gate) return [.. reminders.Values]; }
    }

    public Reminder? Find(ReminderKey key)
    {
        lock (gate) return reminders.GetValueOrDefault(key);
    }

    /// <summary>Adds a reminder in the place of one of the same key; false when there is one and it may not be overwritten.</summary>
    public async Task<bool> PutAsync(Reminder reminder, bool overwrite)
    {
        Task durable;
        lock (gate)
        {
            if (reminders.TryGetValue(reminder.Key, out Reminder? old))
            {
                if (!overwrite) return false;
                old.Remove();
            }

            reminders[reminder.Key] = reminder;
            durable = Journal(reminder.Key, reminder);
        }

        await durable;
        return true;
    }

    /// <summary>Deletes a reminder, if there is one.</summary>
    public Task DeleteAsync(ReminderKey key)
    {
        lock (gate)
        {
            if (!reminders.Remove(key, out Reminder? old)) return Task.CompletedTask;
            old.Remove();
            return Journal(key, null);
        }
    }

    /// <summary>Goes on to the next tick, or ends the reminder when there is none; false when it is over.</summary>
    public async Task<bool> AdvanceAsync(Reminder reminder)
    {
        Task durable;
        bool goesOn;
        lock (gate)
        {
            if (reminder.Removed) return false;
            reminder.TicksDone++;
            reminder.Attempts = 0;
            DateTimeOffset? next = reminder.Schedule.After(reminder.Tick, reminder.TicksDone);
            goesOn = next is not null;
            if (next is { } tick)
            {
                reminder.Tick = tick;
                durable = Journal(reminder.Key, reminder);
            }
            else
            {
                reminders.Remove(reminder.Key);
                reminder.Remove();
                durable = Journal(reminder.Key, null);
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
    private Task Journal(ReminderKey key, Reminder? reminder)
    {
        if (journal is null) return Task.CompletedTask;
        var change = new PendingChange(key, reminder is null ? null : ReminderRow.Of(reminder));
        return changes.Writer.TryWrite(change) ? change.Done.Task : Task.FromException(new ObjectDisposedException(nameof(ReminderBook)));
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
                ActorLog.JournalFailed(logger, journal!.File, exception);
                foreach (PendingChange change in batch) change.Done.SetException(new IOException("The reminders could not be written.", exception));
            }
        }
    }

    private sealed record PendingChange(ReminderKey Key, ReminderRow? Row)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
