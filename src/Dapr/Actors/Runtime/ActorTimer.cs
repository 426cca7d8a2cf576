namespace Dapr.Actors.Runtime;

/// <summary>A timer: it calls a method of the actor and ends with the actor's activation.</summary>
public class ActorTimer : ActorTimerToken
{
    /// <summary>A timer that fires until it is unregistered.</summary>
    public ActorTimer(
        string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)null)
    {
    }

    /// <summary>A timer that ends after a time.</summary>
    public ActorTimer(
        string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan ttl)
        : this(actorType, actorId, name, timerCallback, data, dueTime, period, (TimeSpan?)ttl)
    {
    }

    internal ActorTimer(
        string actorType, ActorId actorId, string name, string timerCallback, byte[]? data, TimeSpan dueTime, TimeSpan period, TimeSpan? ttl)
        : base(actorType, actorId, name)
    {
        CallbackTimes.Validate(dueTime, period, ttl);
        TimerCallback = timerCallback;
        Data = data;
        DueTime = dueTime;
        Period = period;
        Ttl = ttl;
    }

    /// <summary>The method that it calls: at most one parameter, a <c>byte[]</c>, returning <see cref="Task"/>.</summary>
    public string TimerCallback { get; }

    /// <summary>What it carries.</summary>
    public byte[]? Data { get; }

    /// <summary>When it first fires, from its registration.</summary>
    public TimeSpan DueTime { get; }

    /// <summary>How often it fires after that; -1 ms for never again.</summary>
    public TimeSpan Period { get; }

    /// <summary>When it ends; null for never.</summary>
    public TimeSpan? Ttl { get; }
}
