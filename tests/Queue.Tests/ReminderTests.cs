using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests;

/// <summary>Setting the reminder of a device (DESIGN, "Deadlines").</summary>
public sealed class ReminderTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task SteadyTraffic_ReminderAlreadySet_ArmsNothing()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        await replica.CycleAsync(time);
        var armed = replica.Armed.Count;

        for (var i = 0; i < 20; i++) await replica.CycleAsync(time);

        Assert.Equal(armed, replica.Armed.Count);
    }

    [Fact]
    public async Task Claim_NewDeadlineIsEarlier_IsArmedBeforeItIsSaved()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var savesBeforeArming = 0;
        replica.BeforeArm = () => savesBeforeArming = store.Calls.Count(call => call == "save");

        await replica.ClaimOneAsync("d");

        Assert.Equal(1, savesBeforeArming);
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMinutes(5), replica.Armed[^1].Due);
    }

    [Fact]
    public async Task Claim_ArmingFails_GoesOnAndArmsWithTheNextOperationAfterASecond()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time) { BeforeArm = () => throw new IOException("no scheduler") };
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var command = await replica.ClaimOneAsync("d");
        await replica.EnqueueAsync("other", QueueReplica.Command());
        Assert.Equal(1, replica.Arming);
        replica.BeforeArm = null;

        time.Advance(TimeSpan.FromSeconds(1));
        await replica.Queue.ExecuteAsync(
            "d", new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(5)), TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Single(replica.Armed);
    }

    [Fact]
    public async Task Arming_RaceLostToAnEarlierDeadline_SetsTheReminderBack()
    {
        var store = new FakeHeadStore();
        var (slow, fast) = (new QueueReplica(store, history, time), new QueueReplica(store, history, time, "r2"));
        await slow.EnqueueAsync("d", QueueReplica.Command());
        await slow.EnqueueAsync("d", QueueReplica.Command());
        time.Advance(TimeSpan.FromDays(1));
        await slow.Queue.ExecuteAsync("d", new LookAtClock(ReminderFired: true), TestContext.Current.CancellationToken);
        await fast.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        List<DateTimeOffset> reminder = [];
        fast.BeforeArm = () => reminder.Add(time.GetUtcNow() + TimeSpan.FromMinutes(1));
        slow.BeforeArm = () =>
        {
            // The fast one sets its earlier reminder and saves; then this arming takes the earlier one's place.
            if (reminder.Count > 0) return;
            fast.Queue.ExecuteAsync("d", QueueReplica.Claim() with { Visibility = TimeSpan.FromMinutes(1) }, TestContext.Current.CancellationToken)
                .GetAwaiter().GetResult();
        };

        var late = await slow.Queue.ExecuteAsync("d", QueueReplica.Claim(), TestContext.Current.CancellationToken);

        Assert.Single(late.Commands);
        Assert.Equal(reminder[0], slow.Armed[^1].Due);
        Assert.Equal(reminder[0].ToUnixTimeMilliseconds(), store.Head("d").Armed);
    }

    [Fact]
    public async Task Arming_RaceLostAndNothingLeftToSave_SetsTheReminderBack()
    {
        var store = new FakeHeadStore();
        var (slow, fast) = (new QueueReplica(store, history, time), new QueueReplica(store, history, time, "r2"));
        await slow.EnqueueAsync("d", QueueReplica.Command());
        await fast.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        DateTimeOffset? due = null;
        slow.BeforeArm = () =>
        {
            if (due is not null) return;
            due = time.GetUtcNow() + TimeSpan.FromMinutes(1);
            fast.Queue.ExecuteAsync("d", QueueReplica.Claim() with { Visibility = TimeSpan.FromMinutes(1) }, TestContext.Current.CancellationToken)
                .GetAwaiter().GetResult();
        };

        var late = await slow.Queue.ExecuteAsync("d", QueueReplica.Claim(), TestContext.Current.CancellationToken);

        Assert.Empty(late.Commands);
        Assert.Equal(due, slow.Armed[^1].Due);
    }

    [Fact]
    public async Task Arming_Hangs_HoldsUpOneOperationAndNotTheNext()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var hangs = new TaskCompletionSource();
        replica.Hang = hangs.Task;
        var first = replica.EnqueueAsync("d", QueueReplica.Command());
        await Eventually.UntilAsync(() => replica.Arming == 1);
        await Eventually.UntilAsync(() => time.ArmedTimers == 2);
        time.Advance(TimeSpan.FromSeconds(2));
        await first.WaitAsync(TimeSpan.FromSeconds(10));

        await replica.EnqueueAsync("d", QueueReplica.Command()).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, replica.Arming);

        hangs.SetResult();
        time.Advance(TimeSpan.FromSeconds(10));
        await replica.EnqueueAsync("d", QueueReplica.Command());
        Assert.Equal(2, replica.Arming);
    }
}
