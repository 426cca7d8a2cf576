using System.Diagnostics;
using System.Security.Cryptography;
using Gateway.Core.Queue;

namespace Gateway.Queue;

/// <summary>
/// What this replica keeps of one device: the head as it last saw it, operations that wait to be committed together, and long
/// polls that wait for work. Operations come in on any thread; one committer at a time works them off (<see cref="Enter"/>).
/// Losing a cell loses nothing: the next one reads the store.
/// </summary>
internal sealed class DeviceCell(string deviceId)
{
    private readonly Lock gate = new();
    private List<PendingOperation> pending = [];
    private bool committing;
    private int polls;
    private TaskCompletionSource work = NewSignal();

    public string DeviceId => deviceId;

    /// <summary>Whose commits these are: two cells of one device, in whatever replicas, are two writers.</summary>
    public string Writer { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(6));

    /// <summary>The head as this replica last wrote or read it; null: not read yet. Only the committer sets it.</summary>
    public QueueHead? Head { get; set; }

    /// <summary>The etag that the stored head has if nobody else wrote since; null: it has to be read.</summary>
    public string? Etag { get; set; }

    /// <summary>When the head was last known to be the stored one, as a timestamp of the clock.</summary>
    public long SeenAt { get; set; }

    /// <summary>Whether this replica has set the reminder without a save that says so: it may be later than the head says. Only the committer sets it.</summary>
    public bool ReminderMoved { get; set; }

    /// <summary>Events up to this number are in history.</summary>
    public long WrittenThrough => Interlocked.Read(ref writtenThrough);

    private long writtenThrough;

    /// <summary>When the cell was last used, as a timestamp of the clock.</summary>
    public long UsedAt { get; set; }

    /// <summary>Whether it can be forgotten: no operation and no long poll waits, and history has all that is known here.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate) return !committing && polls == 0 && (Head is not { Events: [.., var last] } || last.Seq <= WrittenThrough);
        }
    }

    /// <summary>Puts an operation in line.</summary>
    /// <returns>True when the caller has to start the committer.</returns>
    public bool Enter(PendingOperation operation)
    {
        lock (gate)
        {
            pending.Add(operation);
            if (committing) return false;
            return committing = true;
        }
    }

    /// <summary>The operations to commit next; empty: the committer is done.</summary>
    public List<PendingOperation> TakeBatch(int limit)
    {
        lock (gate)
        {
            if (pending.Count == 0)
            {
                committing = false;
                return [];
            }

            var batch = pending;
            pending = [];
            if (batch.Count <= limit) return batch;
            pending.AddRange(batch[limit..]);
            return batch[..limit];
        }
    }

    /// <summary>Completes when there may be something to claim. Taken before looking, so that nothing slips between.</summary>
    public Task NextWork()
    {
        lock (gate) return work.Task;
    }

    /// <summary>A long poll begins: until it ends, the cell that will be signalled must be this one.</summary>
    public void BeginPoll()
    {
        lock (gate) polls++;
    }

    /// <summary>A long poll ends.</summary>
    public void EndPoll()
    {
        lock (gate) polls--;
    }

    /// <summary>Wakes every long poll of the device.</summary>
    public void SignalWork()
    {
        TaskCompletionSource signalled;
        lock (gate)
        {
            signalled = work;
            work = NewSignal();
        }

        signalled.SetResult();
    }

    /// <summary>Remembers that history has events up to a number.</summary>
    public void MarkWritten(long seq)
    {
        long known;
        while ((known = WrittenThrough) < seq && Interlocked.CompareExchange(ref writtenThrough, seq, known) != known)
        {
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>An operation that waits for its commit.</summary>
internal sealed class PendingOperation(QueueOperation operation, CancellationToken cancellationToken)
{
    public QueueOperation Operation => operation;

    /// <summary>What it is a part of, for traces.</summary>
    public ActivityContext CausedBy { get; } = Activity.Current?.Context ?? default;

    /// <summary>An operation whose caller has gone before its commit began is not begun.</summary>
    public CancellationToken Cancelled => cancellationToken;

    public TaskCompletionSource<object> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
