namespace Dapr.Actors.Runtime;

/// <summary>Registers an actor's reminders and timers; replaceable in tests.</summary>
public abstract class ActorTimerManager
{
    /// <summary>Registers a reminder, or replaces the one of that name.</summary>
    public abstract Task RegisterReminderAsync(ActorReminder reminder);

    /// <summary>Reads a reminder.</summary>
    /// <exception cref="DaprApiException">There is none of that name (<c>ERR_ACTOR_REMINDER_NOT_FOUND</c>).</exception>
    public abstract Task<IActorReminder?> GetReminderAsync(ActorReminderToken reminder);

    /// <summary>Removes a reminder. An absent one is no error.</summary>
    public abstract Task UnregisterReminderAsync(ActorReminderToken reminder);

    /// <summary>Registers a timer, or replaces the one of that name.</summary>
    public abstract Task RegisterTimerAsync(ActorTimer timer);

    /// <summary>Removes a timer. An absent one is no error.</summary>
    public abstract Task UnregisterTimerAsync(ActorTimerToken timer);
}
