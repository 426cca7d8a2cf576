using Dapr.Actors;
using Dapr.Actors.Runtime;
using Gateway.Actors.Deadlines;
using Gateway.Actors.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Deadlines;

public sealed class DeviceActorTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly RecordingTimers timers = new();
    private readonly FakeQueue queue = new();
    private readonly DueDevices due;
    private readonly DeviceActor actor;

    public DeviceActorTests()
    {
        due = new DueDevices(queue, time, NullLogger<DueDevices>.Instance);
        var host = ActorHost.CreateForTest<DeviceActor>(new ActorTestOptions { ActorId = new ActorId("pi-1"), TimerManager = timers });
        actor = new DeviceActor(host, due, time);
    }

    [Fact]
    public async Task Arm_InTheFuture_SetsOneReminderThatFiresOnce()
    {
        await actor.ArmAsync((time.GetUtcNow() + TimeSpan.FromMilliseconds(1_500)).ToUnixTimeMilliseconds());

        var reminder = Assert.Single(timers.Reminders);
        Assert.Equal(("DeviceActor", "pi-1", "deadline"), (reminder.ActorType, reminder.ActorId.GetId(), reminder.Name));
        Assert.Equal((TimeSpan.FromMilliseconds(1_500), TimeSpan.FromMilliseconds(-1)), (reminder.DueTime, reminder.Period));
    }

    [Fact]
    public async Task Arm_InThePast_FiresAtOnce()
    {
        await actor.ArmAsync((time.GetUtcNow() - TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds());

        Assert.Equal(TimeSpan.Zero, Assert.Single(timers.Reminders).DueTime);
    }

    [Fact]
    public async Task Arm_Again_TakesTheSameRemindersPlace()
    {
        await actor.ArmAsync((time.GetUtcNow() + TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds());
        time.Advance(TimeSpan.FromMinutes(1));
        await actor.ArmAsync((time.GetUtcNow() + TimeSpan.FromMinutes(2)).ToUnixTimeMilliseconds());

        Assert.Equal(["deadline", "deadline"], timers.Reminders.Select(reminder => reminder.Name));
        Assert.Equal(TimeSpan.FromMinutes(2), timers.Reminders[^1].DueTime);
    }

    [Fact]
    public async Task Reminder_Fires_ItsDeviceIsLookedAtOutsideTheTurn()
    {
        var turn = actor.ReceiveReminderAsync("deadline", [], TimeSpan.Zero, TimeSpan.Zero);
        Assert.True(turn.IsCompletedSuccessfully);

        await due.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => queue.Looks.Count == 1);
        await due.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["pi-1"], queue.Looks);
        Assert.Equal([true], queue.ReminderFired);
    }

    public void Dispose() => due.Dispose();
}
