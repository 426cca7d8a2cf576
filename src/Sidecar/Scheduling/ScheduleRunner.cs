using System.Collections.Concurrent;

namespace Gateway.Sidecar.Scheduling;

/// <summary>What became of a delivery.</summary>
internal enum Delivery
{
    /// <summary>The tick is done.</summary>
    Done,

    /// <summary>It is tried again, as the item says.</summary>
    Failed,

    /// <summary>Nobody is there to take it; it waits for somebody.</summary>
    NobodyThere,
}

/// <summary>Delivers what is in a book when it is due.</summary>
/// <remarks>
/// Ticks of one item come one after another, and none is left out: those missed while the app or the sidecar was away follow at once. A
/// tick whose delivery was answered but not noted, because the process died in between, comes twice. What nobody takes now waits for
/// somebody without using up attempts.
/// </remarks>
internal abstract class ScheduleRunner<TKey, TItem, TRow> : IDisposable
    where TKey : notnull
    where TItem : ScheduledItem<TKey>
    where TRow : class
{
    /// <summary>Deliveries at once. More wait, in the order they fell due; each is a connection to the app.</summary>
    private const int MaxDeliveries = 256;

    private readonly ScheduleBook<TKey, TItem, TRow> book;
    private readonly ILogger logger;
    private readonly DueQueue<TItem> due;
    private readonly SemaphoreSlim slots = new(MaxDeliveries);
    private readonly ConcurrentQueue<TItem> homeless = new();
    private readonly DeliveryCount deliveries = new();

    protected ScheduleRunner(ScheduleBook<TKey, TItem, TRow> book, TimeProvider time, ILogger logger)
    {
        this.book = book;
        this.logger = logger;
        due = new DueQueue<TItem>(time, item => _ = DeliverAsync(item));
    }

    /// <summary>Arms what the book holds from before.</summary>
    public void Start()
    {
        foreach (TItem item in book.All) due.Set(item, item.Tick);
    }

    /// <summary>Registers an item, in the place of one of the same key; false when there is one and it may not be overwritten.</summary>
    public async Task<bool> RegisterAsync(TItem item, bool overwrite)
    {
        TItem? old = book.Find(item.Key);
        if (!await book.PutAsync(item, overwrite)) return false;
        if (old is not null) due.Remove(old);
        if (!item.Removed) due.Set(item, item.Tick);
        return true;
    }

    public async Task DeleteAsync(TKey key)
    {
        if (book.Find(key) is not { } old) return;
        await book.DeleteAsync(key);
        due.Remove(old);
    }

    /// <summary>Begins no delivery any more. Those that run are to be ended by whom they call.</summary>
    public virtual void Stop()
    {
        deliveries.Close();
        due.Dispose();
    }

    /// <summary>Completes when no delivery runs.</summary>
    public Task WhenIdleAsync() => deliveries.WhenNone;

    public void Dispose() => slots.Dispose();

    /// <summary>Whether somebody is there to take an item.</summary>
    protected abstract bool HasTaker(TItem item);

    /// <summary>Delivers a tick.</summary>
    protected abstract Task<Delivery> CallAsync(TItem item);

    /// <summary>Says in the log that a tick failed, and whether it is given up.</summary>
    protected abstract void NoteFailure(TItem item, bool givenUp);

    /// <summary>Somebody came: what waited is due again.</summary>
    protected void TakeHome()
    {
        for (int count = homeless.Count; count > 0 && homeless.TryDequeue(out TItem? item); count--)
        {
            if (!item.Removed) due.Set(item, item.Tick);
        }
    }

    private async Task DeliverAsync(TItem item)
    {
        if (!deliveries.TryEnter()) return;
        try
        {
            await slots.WaitAsync();
            try
            {
                if (item.Removed || deliveries.IsClosed) return;
                await NoteAsync(item, HasTaker(item) ? await CallAsync(item) : Delivery.NobodyThere);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception exception)
        {
            // Nobody awaits a delivery. The item stays in the book and comes again with the next start.
            ScheduleLog.DeliveryFailed(logger, exception);
        }
        finally
        {
            deliveries.Leave();
        }
    }

    private async Task NoteAsync(TItem item, Delivery delivery)
    {
        switch (delivery)
        {
            case Delivery.NobodyThere:
                homeless.Enqueue(item);
                // Who came in between has not seen this one.
                if (HasTaker(item)) TakeHome();
                return;
            // A delivery that the shutdown cut is no attempt: the tick comes again with the next start.
            case Delivery.Failed when deliveries.IsClosed:
                return;
            case Delivery.Failed:
                item.Attempts++;
                DateTimeOffset? again = item.Retry();
                NoteFailure(item, again is null);
                if (again is not { } time) break;
                if (!item.Removed) due.Set(item, time);
                return;
        }

        if (await book.AdvanceAsync(item)) due.Set(item, item.Tick);
    }
}
