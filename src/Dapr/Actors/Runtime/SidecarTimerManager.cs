using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime;

/// <summary>Registers reminders and timers with the sidecar.</summary>
internal sealed class SidecarTimerManager(ActorSidecar sidecar) : ActorTimerManager
{
    public override Task RegisterReminderAsync(ActorReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return sidecar.RegisterReminderAsync(reminder.ActorType, reminder.ActorId, reminder.Name, CallbackBody.Write(reminder));
    }

    public override async Task<IActorReminder?> GetReminderAsync(ActorReminderToken reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        var answer = await sidecar.GetReminderAsync(reminder.ActorType, reminder.ActorId, reminder.Name);
        if (answer.Length == 0) return null;
        var body = CallbackBody.ReadReminder(answer);
        return new ActorReminder(reminder.ActorType, reminder.ActorId, reminder.Name, body.Data, body.DueTime, body.Period);
    }

    public override Task UnregisterReminderAsync(ActorReminderToken reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return sidecar.UnregisterReminderAsync(reminder.ActorType, reminder.ActorId, reminder.Name);
    }

    public override Task RegisterTimerAsync(ActorTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        return sidecar.RegisterTimerAsync(timer.ActorType, timer.ActorId, timer.Name, CallbackBody.Write(timer));
    }

    public override Task UnregisterTimerAsync(ActorTimerToken timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        return sidecar.UnregisterTimerAsync(timer.ActorType, timer.ActorId, timer.Name);
    }
}
