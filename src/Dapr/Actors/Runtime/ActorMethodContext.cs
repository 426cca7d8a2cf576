namespace Dapr.Actors.Runtime;

/// <summary>The turn that an actor is in: what runs and why.</summary>
#pragma warning disable CA1815 // Only passed along, never compared; the official type has no equality either.
public readonly struct ActorMethodContext
#pragma warning restore CA1815
{
    private ActorMethodContext(string methodName, ActorCallType callType)
    {
        MethodName = methodName;
        CallType = callType;
    }

    /// <summary>The method; <c>ReceiveReminderAsync</c> for a reminder, <c>FireTimerAsync</c> for a timer.</summary>
    public string MethodName { get; }

    /// <summary>Why it runs.</summary>
    public ActorCallType CallType { get; }

    internal static ActorMethodContext ForReminder { get; } = new("ReceiveReminderAsync", ActorCallType.ReminderMethod);

    internal static ActorMethodContext ForTimer { get; } = new("FireTimerAsync", ActorCallType.TimerMethod);

    internal static ActorMethodContext ForMethod(string name) => new(name, ActorCallType.ActorInterfaceMethod);
}
