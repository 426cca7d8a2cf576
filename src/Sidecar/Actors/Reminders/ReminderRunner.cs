using System.Collections.Concurrent;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>
/// Delivers reminders when they are due
/// (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders).
/// </summary>
/// <remarks>
/// A tick that fails is tried again three times, see <see cref="ReminderSchedule.Retry"/>, and then given up. Ticks of one reminder
/// come one after another, and none is left out: those missed while the app or the sidecar was away follow at once. A tick
/// whose delivery was answered but not noted, because the process died in between, comes twice. A reminder whose type nobody hosts
/// now waits for a host without using up attempts.
/// </remarks>
internal sealed class ReminderRunner : IDisposable
{
    /// <summary>Deliveries at once. More wait, in the order they fell due; each is a connection to the app.</summary>
    private const int MaxDeliveries = 256;

    private readonly ReminderBook book;
    private readonly ActorHosts hosts;
    private readonly ActorTable table;
    private readonly ILogger logger;
    private readonly DueQueue<Reminder> due;
    private readonly SemaphoreSlim slots = new(MaxDeliveries);
    private readonly ConcurrentQueue<Reminder> homeless = new();
    private readonly DeliveryCount deliveries = new();

    public ReminderRunner(ReminderBook book, ActorHosts hosts, ActorTable table, TimeProvider time, ILogger logger)
    {
        this.book = book;
        this.hosts = hosts;
        this.table = table;
        this.logger = logger;
        due = new DueQueue<Reminder>(time, reminder => _ = DeliverAsync(reminder));
        hosts.Changed += TakeHome;
    }

    /// <summary>Arms what the book holds from before.</summary>
    public void Start()
    {
        foreach (Reminder reminder in book.All) due.Set(reminder, reminder.Tick);
    }

    /// <summary>Registers a reminder, in the place of one of the same name; false when there is one and it may not be overwritten.</summary>
    public async Task<bool> RegisterAsync(Reminder reminder, bool overwrite)
    {
        Reminder? old = book.Find(reminder.Key);
        if (!await book.PutAsync(reminder, overwrite)) return false;
        if (old is not null) due.Remove(old);
        if (!reminder.Removed) due.Set(reminder, reminder.Tick);
        return true;
    }

    public async Task DeleteAsync(ReminderKey key)
    {
        if (book.Find(key) is not { } old) return;
        await book.DeleteAsync(key);
        due.Remove(old);
    }

    /// <summary>Begins no delivery any more. Those that run are to be ended by their host.</summary>
    public void Stop()
    {
        hosts.Changed -= TakeHome;
        deliveries.Close();
        due.Dispose();
    }

    /// <summary>Completes when no delivery runs.</summary>
    public Task WhenIdleAsync() => deliveries.WhenNone;

    public void Dispose() => slots.Dispose();

    private async Task DeliverAsync(Reminder reminder)
    {
        if (!deliveries.TryEnter()) return;
        try
        {
            await slots.WaitAsync();
            try
            {
                if (reminder.Removed || deliveries.IsClosed) return;
                if (hosts.Find(reminder.Key.Actor) is null) WaitForHost(reminder);
                else await CallAsync(reminder);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception exception)
        {
            // Nobody awaits a delivery. The reminder stays in the book and comes again with the next start.
            ActorLog.CallbackFailed(logger, reminder.Key.Actor.Type, exception);
        }
        finally
        {
            deliveries.Leave();
        }
    }

    private async Task CallAsync(Reminder reminder)
    {
        ActorCall call = ActorCall.Callback($"method/remind/{reminder.Key.Name}", CallbackBody.OfReminder(reminder.Data));
        if (await table.CallAsync(reminder.Key.Actor, call, CancellationToken.None) is not { } reply)
        {
            WaitForHost(reminder);
            return;
        }

        bool delivered = reply.Succeeded;
        reply.Dispose();
        // A delivery that the shutdown cut is no attempt: the tick comes again with the next start.
        if (!delivered && deliveries.IsClosed) return;
        if (!delivered)
        {
            reminder.Attempts++;
            ActorLog.ReminderFailed(logger, reminder.Key.Actor.Type, reminder.Attempts);
            if (ReminderSchedule.Retry(reminder.Tick, reminder.Attempts) is { } again)
            {
                if (!reminder.Removed) due.Set(reminder, again);
                return;
            }

            ActorLog.ReminderTickDropped(logger, reminder.Key.Actor.Type);
        }

        if (await book.AdvanceAsync(reminder)) due.Set(reminder, reminder.Tick);
    }

    private void WaitForHost(Reminder reminder)
    {
        homeless.Enqueue(reminder);
        // A host that came in between has not seen this one.
        if (hosts.Find(reminder.Key.Actor) is not null) TakeHome();
    }

    private void TakeHome()
    {
        for (int count = homeless.Count; count > 0 && homeless.TryDequeue(out Reminder? reminder); count--)
        {
            if (!reminder.Removed) due.Set(reminder, reminder.Tick);
        }
    }
}
