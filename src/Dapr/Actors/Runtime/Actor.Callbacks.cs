using System.Reflection;

namespace Dapr.Actors.Runtime;

/// <summary>Reminders and timers.</summary>
public abstract partial class Actor
{
    /// <summary>Registers a reminder that fires until it is unregistered, or replaces the one of that name.</summary>
    /// <param name="reminderName">Its name, unique within the actor.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that; -1 ms for never again.</param>
    protected Task<IActorReminder> RegisterReminderAsync(string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period));

    /// <summary>As the shortest overload, and ends after a time.</summary>
    /// <param name="reminderName">Its name, unique within the actor.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that; -1 ms for never again.</param>
    /// <param name="ttl">When it ends; not before the due time.</param>
    protected Task<IActorReminder> RegisterReminderAsync(
        string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, ttl));

    /// <summary>As the shortest overload, and ends after a time or so many times.</summary>
    /// <param name="reminderName">Its name, unique within the actor.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that, in whole seconds.</param>
    /// <param name="repetitions">How often in all; positive.</param>
    /// <param name="ttl">When it ends; not before the due time.</param>
    protected Task<IActorReminder> RegisterReminderAsync(
        string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions, TimeSpan ttl) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, repetitions, ttl));

    /// <summary>As the shortest overload, and ends after so many times.</summary>
    /// <param name="reminderName">Its name, unique within the actor.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that, in whole seconds.</param>
    /// <param name="repetitions">How often in all; positive.</param>
    protected Task<IActorReminder> RegisterReminderAsync(
        string reminderName, byte[]? state, TimeSpan dueTime, TimeSpan period, int repetitions) =>
        RegisterAsync(new ActorReminder(TypeName, Id, reminderName, state, dueTime, period, repetitions));

    /// <summary>Reads a reminder.</summary>
    /// <exception cref="DaprApiException">There is none of that name (<c>ERR_ACTOR_REMINDER_NOT_FOUND</c>).</exception>
    protected Task<IActorReminder?> GetReminderAsync(string reminderName) =>
        Host.TimerManager.GetReminderAsync(new ActorReminderToken(TypeName, Id, reminderName));

    /// <summary>Removes a reminder. An absent one is no error.</summary>
    protected Task UnregisterReminderAsync(IActorReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return Host.TimerManager.UnregisterReminderAsync(
            reminder as ActorReminderToken ?? new ActorReminderToken(TypeName, Id, reminder.Name));
    }

    /// <summary>Removes a reminder. An absent one is no error.</summary>
    protected Task UnregisterReminderAsync(string reminderName) =>
        Host.TimerManager.UnregisterReminderAsync(new ActorReminderToken(TypeName, Id, reminderName));

    /// <summary>Registers a timer that fires until it is unregistered or the actor is deactivated.</summary>
    /// <param name="timerName">Its name, unique within the actor; empty for a random one.</param>
    /// <param name="callback">The method that it calls: at most one parameter, a <c>byte[]</c>, returning <see cref="Task"/>, not overloaded.</param>
    /// <param name="callbackParams">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that; -1 ms for never again.</param>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    public Task<ActorTimer> RegisterTimerAsync(
        string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period) =>
        RegisterTimerAsync(timerName, callback, callbackParams, dueTime, period, (TimeSpan?)null);

    /// <summary>As the other overload, and ends after a time.</summary>
    /// <param name="timerName">Its name, unique within the actor; empty for a random one.</param>
    /// <param name="callback">The method that it calls.</param>
    /// <param name="callbackParams">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that; -1 ms for never again.</param>
    /// <param name="ttl">When it ends; not before the due time.</param>
    /// <exception cref="ArgumentException">There is no such method.</exception>
    public Task<ActorTimer> RegisterTimerAsync(
        string? timerName, string callback, byte[]? callbackParams, TimeSpan dueTime, TimeSpan period, TimeSpan ttl) =>
        RegisterTimerAsync(timerName, callback, callbackParams, dueTime, period, (TimeSpan?)ttl);

    /// <summary>Removes a timer. An absent one is no error.</summary>
    protected Task UnregisterTimerAsync(ActorTimer timer) => Host.TimerManager.UnregisterTimerAsync(timer);

    /// <summary>Removes a timer. An absent one is no error.</summary>
    protected Task UnregisterTimerAsync(string timerName) =>
        Host.TimerManager.UnregisterTimerAsync(new ActorTimerToken(TypeName, Id, timerName));

    /// <summary>The method that a timer calls.</summary>
    /// <exception cref="ArgumentException">There is no such method, or one that a timer cannot call.</exception>
    internal MethodInfo TimerCallback(string? name)
    {
        const BindingFlags any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var methods = Array.FindAll(Host.ActorTypeInfo.ImplementationType.GetMethods(any), method => method.Name == name);
        if (methods is not [var callback])
            throw new ArgumentException($"Actor {TypeName} must have one method '{name}' as timer callback, and has {methods.Length}.", nameof(name));
        if (callback.GetParameters().Length > 1)
            throw new ArgumentException($"Timer callback '{name}' can have one parameter at most.", nameof(name));
        if (callback.ReturnType != typeof(Task))
            throw new ArgumentException($"Timer callback '{name}' must return Task.", nameof(name));
        return callback;
    }

    private async Task<IActorReminder> RegisterAsync(ActorReminder reminder)
    {
        await Host.TimerManager.RegisterReminderAsync(reminder);
        return reminder;
    }

    private async Task<ActorTimer> RegisterTimerAsync(
        string? name, string callback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
    {
        TimerCallback(callback);
        if (string.IsNullOrEmpty(name)) name = $"{Id}_Timer_{Guid.NewGuid()}";
        var timer = new ActorTimer(TypeName, Id, name, callback, data, dueTime, period, ttl);
        await Host.TimerManager.RegisterTimerAsync(timer);
        return timer;
    }
}
