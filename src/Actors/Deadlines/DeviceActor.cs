using Dapr.Actors.Runtime;

namespace Gateway.Actors.Deadlines;

/// <summary>See <see cref="IDeviceActor"/>.</summary>
[Actor(TypeName = TypeName)]
internal sealed class DeviceActor(ActorHost host, DueDevices due, TimeProvider time) : Actor(host), IDeviceActor, IRemindable
{
    /// <summary>The actor type's name in Dapr.</summary>
    public const string TypeName = "DeviceActor";

    private const string Deadline = "deadline";

    /// <summary>No second firing.</summary>
    private static readonly TimeSpan Once = TimeSpan.FromMilliseconds(-1);

    /// <inheritdoc />
    public async Task ArmAsync(long due)
    {
        var wait = DateTimeOffset.FromUnixTimeMilliseconds(due) - time.GetUtcNow();
        await RegisterReminderAsync(Deadline, null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Once);
    }

    /// <summary>
    /// Only hands the device on: looking at the clock may have to arm this very actor, which would wait for this turn to end.
    /// </summary>
    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        due.Add(Id.GetId());
        return Task.CompletedTask;
    }
}
