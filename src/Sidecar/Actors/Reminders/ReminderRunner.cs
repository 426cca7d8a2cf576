using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>
/// Delivers reminders when they are due
/// (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders), as turns of their actors.
/// One whose type nobody hosts now waits for a host.
/// </summary>
internal sealed class ReminderRunner : ScheduleRunner<ReminderKey, Reminder, ReminderRow>
{
    private readonly ActorHosts hosts;
    private readonly ActorTable table;
    private readonly ILogger logger;

    public ReminderRunner(
        ScheduleBook<ReminderKey, Reminder, ReminderRow> book, ActorHosts hosts, ActorTable table, TimeProvider time, ILogger logger)
        : base(book, time, logger)
    {
        this.hosts = hosts;
        this.table = table;
        this.logger = logger;
        hosts.Changed += TakeHome;
    }

    public override void Stop()
    {
        hosts.Changed -= TakeHome;
        base.Stop();
    }

    protected override bool HasTaker(Reminder item) => hosts.Find(item.Key.Actor) is not null;

    protected override async Task<Delivery> CallAsync(Reminder item)
    {
        ActorCall call = ActorCall.Callback($"method/remind/{item.Key.Name}", CallbackBody.OfReminder(item.Data));
        if (await table.CallAsync(item.Key.Actor, call, CancellationToken.None) is not { } reply) return Delivery.NobodyThere;
        using (reply) return reply.Succeeded ? Delivery.Done : Delivery.Failed;
    }

    protected override void NoteFailure(Reminder item, bool givenUp)
    {
        ActorLog.ReminderFailed(logger, item.Key.Actor.Type, item.Attempts);
        if (givenUp) ActorLog.ReminderTickDropped(logger, item.Key.Actor.Type);
    }
}
