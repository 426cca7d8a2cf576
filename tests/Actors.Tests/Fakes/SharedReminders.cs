using Dapr.Actors.Runtime;

namespace Gateway.Actors.Tests.Fakes;

/// <summary>The reminders of one device as Dapr's scheduler keeps them for all copies of its actor: the last one set counts.</summary>
internal sealed class SharedReminders(TimeProvider time) : ActorTimerManager
{
    /// <summary>When it fires; null: it is not set.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>It has fired, or the scheduler has lost it.</summary>
    public void Clear() => Due = null;

    public override Task RegisterReminderAsync(ActorReminder reminder)
    {
        Due = time.GetUtcNow() + reminder.DueTime;
        return Task.CompletedTask;
    }

    public override Task<IActorReminder?> GetReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

    public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

    public override Task RegisterTimerAsync(ActorTimer timer) => throw new NotSupportedException();

    public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw new NotSupportedException();
}
