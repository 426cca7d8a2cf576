using Dapr.Actors.Runtime;

namespace Gateway.Actors.Tests.Fakes;

/// <summary>Notes the reminders that an actor registers.</summary>
internal sealed class RecordingTimers : ActorTimerManager
{
    public List<ActorReminder> Reminders { get; } = [];

    public override Task RegisterReminderAsync(ActorReminder reminder)
    {
        Reminders.Add(reminder);
        return Task.CompletedTask;
    }

    public override Task<IActorReminder?> GetReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

    public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

    public override Task RegisterTimerAsync(ActorTimer timer) => throw new NotSupportedException();

    public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw new NotSupportedException();
}
