using Dapr.Actors.Runtime;

namespace Gateway.Actors.Sweeps;

/// <summary>See <see cref="ISweepActor"/>.</summary>
[Actor(TypeName = TypeName)]
internal sealed class SweepActor(ActorHost host, Sweeper sweeper, ILogger<SweepActor> logger) : Actor(host), ISweepActor, IRemindable
{
    /// <summary>The actor type's name in Dapr.</summary>
    public const string TypeName = "SweepActor";

    private const string Reminder = "sweep";

    /// <summary>Where the walk over all heads is; null: at the start. Kept while the actor is active, which its reminder sees to.</summary>
    private string? lastDevice;

    /// <inheritdoc />
    public Task StartAsync() => RegisterReminderAsync(Reminder, null, TimeSpan.Zero, SweepKinds.Periods[Id.GetId()]);

    /// <inheritdoc />
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var kind = Id.GetId();
        try
        {
            switch (kind)
            {
                case SweepKinds.Presence:
                    await sweeper.MarkOfflineAsync();
                    break;
                case SweepKinds.Overdue:
                    await sweeper.LookAtOverdueAsync();
                    break;
                case SweepKinds.Heads:
                    lastDevice = await sweeper.WalkHeadsAsync(lastDevice);
                    break;
                case SweepKinds.Channels:
                    await sweeper.DetachDeadChannelsAsync();
                    break;
            }
        }
        catch (Exception e)
        {
            // The next look comes by itself; an error here would only make Dapr repeat this one.
            ActorsLog.SweepFailed(logger, kind, e);
        }
    }
}
