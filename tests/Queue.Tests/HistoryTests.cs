using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests;

/// <summary>Events on their way from the heads to history (DESIGN, "History and events").</summary>
public sealed class HistoryTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task LargeTexts_AfterTheEnd_LeaveNothingBehind()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var parameters = "{\"x\":\"" + new string('p', 5_000) + "\"}";
        await replica.EnqueueAsync("d", QueueReplica.Command(parameters: parameters));

        var command = await replica.ClaimOneAsync("d");
        await replica.ResultAsync("d", command, new string('o', 100_000));
        await replica.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        await Eventually.UntilAsync(() => store.Documents.Count == 0);

        Assert.Equal(parameters, command.Parameters);
        Assert.Equal(100_000, history.Records("d")[command.Id].Result!.Output!.Text!.Length);
    }

    [Fact]
    public async Task History_WasDownAtACrash_GetsTheEventsWhenTheHeadIsOpened()
    {
        var store = new FakeHeadStore();
        history.BeforeWrite = () => throw new IOException("down");
        var replica = new QueueReplica(store, history, time);
        await replica.CycleAsync(time);
        history.BeforeWrite = null;

        await new QueueReplica(store, history, time, "r2").Queue.FlushAsync("d", TestContext.Current.CancellationToken);

        Assert.Equal(CommandState.Completed, Assert.Single(history.Records("d").Values).State);
    }

    [Fact]
    public async Task RepeatedResult_AfterHistoryTookTheEvents_AnswersTheSame()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var command = await replica.ClaimOneAsync("d");
        await replica.ResultAsync("d", command);
        await replica.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal(ResultStatus.Repeated, (await replica.ResultAsync("d", command)).Status);
        Assert.Equal(ResultStatus.AlreadyEnded, (await replica.ResultAsync("d", command, "other")).Status);
    }

    [Fact]
    public async Task SameKey_AfterHistoryTookTheEvents_IsTheSameCommand()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var first = await replica.EnqueueAsync("d", QueueReplica.Command(key: "k"));
        await replica.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        await replica.ClaimOneAsync("d");

        var again = await replica.EnqueueAsync("d", QueueReplica.Command(key: "k"));
        var other = await replica.EnqueueAsync("d", QueueReplica.Command(key: "k", parameters: "{\"a\":1}"));

        Assert.Equal((EnqueueStatus.AlreadyAccepted, first.CommandId), (again.Status, again.CommandId));
        Assert.Equal(EnqueueStatus.KeyConflict, other.Status);
    }

    [Fact]
    public async Task Writer_DocumentCannotBeRead_TriesAgainAndForgetsNoDevice()
    {
        var store = new FakeHeadStore();
        var writing = new QueueReplica(store, history, time);
        await writing.EnqueueAsync("d", QueueReplica.Command(parameters: "{\"x\":\"" + new string('p', 5_000) + "\"}"));
        await writing.EnqueueAsync("e", QueueReplica.Command());
        var replica = new QueueReplica(store, history, time, "r2");
        var fails = true;
        store.Before = call =>
        {
            if (call == "read" && fails) throw new IOException("down");
        };
        await replica.Queue.CountWaitingAsync("d", TestContext.Current.CancellationToken);
        await replica.Queue.CountWaitingAsync("e", TestContext.Current.CancellationToken);
        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => store.Calls.Contains("read") && time.ArmedTimers > 0);

        fails = false;
        time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.UntilAsync(() => history.Events("d").Count > 0 && history.Events("e").Count > 0);
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Writer_ManyDevices_AreOneCall()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        for (var i = 0; i < 100; i++) await replica.EnqueueAsync($"d{i}", QueueReplica.Command());

        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            return history.Writes.Sum() >= 100;
        });
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);

        // The last device may have been answered a moment before the writer was told of it.
        Assert.InRange(history.Writes.Count, 1, 2);
    }

    [Fact]
    public async Task Writer_UnderSteadyTraffic_TakesFourCallsASecond()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("first", QueueReplica.Command());
        await Eventually.UntilAsync(() => history.Writes.Count == 1);

        foreach (var device in (string[])["a", "b", "c"]) await replica.EnqueueAsync(device, QueueReplica.Command());
        await Eventually.UntilAsync(() => time.ArmedTimers > 0);
        var early = history.Writes.Count;

        // The last device may have been answered a moment before the writer was told of it.
        await Eventually.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            return history.Events("c").Count > 0;
        });
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, early);
        Assert.InRange(history.Writes.Count, 2, 3);
    }

    [Fact]
    public async Task Writer_HeadGrowsLargeWithEvents_DoesNotWait()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("first", QueueReplica.Command());
        await Eventually.UntilAsync(() => history.Writes.Count == 1);

        for (var i = 0; i < 20; i++) await replica.EnqueueAsync("busy", QueueReplica.Command());

        await Eventually.UntilAsync(() => history.Events("busy").Count >= 12);
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);
    }
}
