using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;

namespace Gateway.Sidecar.Actors.Timers;

internal readonly record struct TimerKey(ActorKey Actor, string Name)
{
    public override string ToString() => $"{Actor}||{Name}";
}

/// <summary>A timer and how far it is; gone with the sidecar. Its progress is written by its running callback only.</summary>
internal sealed class ActorTimer(
    TimerKey key, TimerSchedule schedule, ReadOnlyMemory<byte> callback, ReadOnlyMemory<byte> callbackElsewhere, DateTimeOffset tick)
{
    public TimerKey Key { get; } = key;

    public TimerSchedule Schedule { get; } = schedule;

    /// <summary>The body of the callback.</summary>
    public ReadOnlyMemory<byte> Callback { get; } = callback;

    /// <summary>The body where the actor is on another host than the app that set the timer.</summary>
    public ReadOnlyMemory<byte> CallbackElsewhere { get; } = callbackElsewhere;

    public DateTimeOffset Tick { get; set; } = tick;

    public int TicksDone { get; set; }
}
