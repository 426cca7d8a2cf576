namespace Dapr.Actors.Runtime;

/// <summary>A reminder: it outlives the actor's activation and the sidecar. See <see cref="ActorReminder(string, ActorId, string, byte[], TimeSpan, TimeSpan, int?, TimeSpan?)"/> for the ranges.</summary>
public class ActorReminder : ActorReminderToken, IActorReminder
{
    /// <summary>A reminder that fires until it is unregistered.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, state, dueTime, period, null, null)
    {
    }

    /// <summary>A reminder that ends after a time.</summary>
    public ActorReminder(string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, state, dueTime, period, null, ttl)
    {
    }

    /// <summary>A reminder that ends after so many times.</summary>
    public ActorReminder(
        string actorType, ActorId actorId, string name, byte[]? state, TimeSpan dueTime, TimeSpan period, int? repetitions)
        : this(actorType, actorId, name, state, dueTime, period, repetitions, null)
    {
    }

    /// <summary>A reminder.</summary>
    /// <param name="actorType">The actor's type.</param>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="name">Its name, unique within the actor; registering it again replaces it.</param>
    /// <param name="state">What it carries.</param>
    /// <param name="dueTime">When it first fires; not negative.</param>
    /// <param name="period">How often after that; -1 ms for never again. With repetitions, whole seconds.</param>
    /// <param name="repetitions">How often in all; positive, or null for no limit.</param>
    /// <param name="ttl">When it ends, not before the due time; null for never.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public ActorReminder(
        string actorType,
        ActorId actorId,
        string name,
        byte[]? state,
        TimeSpan dueTime,
        TimeSpan period,
        int? repetitions,
        TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        CallbackTimes.Validate(dueTime, period, ttl);
        if (repetitions is { } count) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count, nameof(repetitions));
        State = state;
        DueTime = dueTime;
        Period = period;
        Repetitions = repetitions;
        Ttl = ttl;
    }

    /// <inheritdoc />
    public byte[]? State { get; }

    /// <inheritdoc />
    public TimeSpan DueTime { get; }

    /// <inheritdoc />
    public TimeSpan Period { get; }

    /// <summary>When it ends; null for never.</summary>
    public TimeSpan? Ttl { get; }

    /// <summary>How often it fires in all; null for no limit.</summary>
    public int? Repetitions { get; }
}
