namespace Dapr.Actors.Runtime;

/// <summary>Why an actor's code runs.</summary>
public enum ActorCallType
{
    /// <summary>Somebody called a method of its interface.</summary>
    ActorInterfaceMethod = 0,

    /// <summary>A timer fired.</summary>
    TimerMethod = 1,

    /// <summary>A reminder fired.</summary>
    ReminderMethod = 2,
}
