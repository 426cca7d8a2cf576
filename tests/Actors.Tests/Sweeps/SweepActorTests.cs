using Dapr.Actors;
using Dapr.Actors.Runtime;
using Gateway.Actors.Sweeps;
using Gateway.Actors.Tests.Fakes;
using Gateway.Storage.Devices;
using Gateway.Storage.History;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Sweeps;

public sealed class SweepActorTests
{
    private readonly ManualTimeProvider time = new();
    private readonly RecordingTimers timers = new();
    private readonly FakeQueue queue = new();
    private readonly FakeSweepStore store = new();

    [Theory]
    [InlineData("presence", 10)]
    [InlineData("overdue", 15)]
    [InlineData("heads", 10)]
    [InlineData("channels", 15)]
    public async Task Start_EverySweep_SetsItsReminder(string sweep, int seconds)
    {
        await NewActor(sweep).StartAsync();

        var reminder = Assert.Single(timers.Reminders);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(seconds)), (reminder.DueTime, reminder.Period));
    }

    [Fact]
    public async Task Reminder_OfOverdue_LooksAtOverdueDevicesOnly()
    {
        store.Overdue.Add(new OverdueDevice("late", 0));
        store.Devices.Add("d");

        await FireAsync(NewActor("overdue"));

        Assert.Equal(["late"], queue.Looks);
    }

    [Fact]
    public async Task Reminder_OfHeads_GoesOnWhereItWasAndBeginsAnew()
    {
        for (var i = 0; i < 250; i++) store.Devices.Add($"d{i:000}");
        store.Overdue.Add(new OverdueDevice("late", 0));
        var actor = NewActor("heads");

        for (var i = 0; i < 3; i++) await FireAsync(actor);

        Assert.Equal(store.Devices.Concat(store.Devices.Take(200)).Order(), queue.Looks.Order());
    }

    [Fact]
    public async Task Reminder_OfPresence_LooksAtNoQueue()
    {
        store.GoneOffline.Add(new PresenceChange("d", "c", "online", "offline", time.GetUtcNow()));
        store.Devices.Add("d");

        await FireAsync(NewActor("presence"));

        Assert.Empty(queue.Looks);
    }

    [Fact]
    public async Task Reminder_OfChannels_DetachesTheDeadOnesOnly()
    {
        store.Devices.Add("d");

        await FireAsync(NewActor("channels"));

        Assert.Equal(1, store.DeadChannelSweeps);
        Assert.Empty(queue.Looks);
    }

    [Fact]
    public async Task Reminder_OfChannelsFails_DaprIsToldOfSuccessAndTheNextOneWorks()
    {
        store.Error = new InvalidOperationException("the store is down");
        var actor = NewActor("channels");

        await FireAsync(actor);
        store.Error = null;
        await FireAsync(actor);

        Assert.Equal(1, store.DeadChannelSweeps);
    }

    [Theory]
    [InlineData("presence")]
    [InlineData("overdue")]
    [InlineData("heads")]
    public async Task Reminder_SweepFails_DaprIsToldOfSuccessAndTheNextOneWorks(string sweep)
    {
        store.Error = new InvalidOperationException("the store is down");
        store.Overdue.Add(new OverdueDevice("d", 0));
        store.Devices.Add("d");
        var actor = NewActor(sweep);

        await FireAsync(actor);
        store.Error = null;
        await FireAsync(actor);

        Assert.Equal(sweep == "presence" ? 0 : 1, queue.Looks.Count);
    }

    private static Task FireAsync(SweepActor actor) => actor.ReceiveReminderAsync("sweep", [], TimeSpan.Zero, TimeSpan.Zero);

    private SweepActor NewActor(string sweep)
    {
        var sweeper = new Sweeper(queue, store, [], store, store, time, NullLogger<Sweeper>.Instance);
        var host = ActorHost.CreateForTest<SweepActor>(new ActorTestOptions { ActorId = new ActorId(sweep), TimerManager = timers });
        return new SweepActor(host, sweeper, NullLogger<SweepActor>.Instance);
    }
}
