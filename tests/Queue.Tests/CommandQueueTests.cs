using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests;

/// <summary>DESIGN, "One key, one save, one etag", on a store with counted calls.</summary>
public sealed class CommandQueueTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task SteadyTraffic_CountingEtags_TakesOneSavePerOperation()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await CycleAsync(replica);
        store.Calls.Clear();

        await CycleAsync(replica);

        Assert.Equal(["save", "save", "save", "save"], store.Calls);
    }

    [Fact]
    public async Task SteadyTraffic_RandomEtags_ReadsBeforeEachSaveAndNeverGuessesAgain()
    {
        var store = new FakeHeadStore { Counting = false };
        var replica = new QueueReplica(store, history, time);
        await CycleAsync(replica);
        store.Calls.Clear();

        await CycleAsync(replica);

        Assert.Equal(["load", "save", "load", "save", "load", "save", "load", "save"], store.Calls);
    }

    [Fact]
    public async Task SteadyTraffic_ReminderAlreadySet_ArmsNothing()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        await CycleAsync(replica);
        var armed = replica.Armed.Count;

        for (var i = 0; i < 20; i++) await CycleAsync(replica);

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
    public async Task Claim_ArmingFails_GoesOnAndArmsWithTheNextOperation()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time) { BeforeArm = () => throw new IOException("no scheduler") };
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var command = await replica.ClaimOneAsync("d");
        replica.BeforeArm = null;

        await replica.Queue.ExecuteAsync(
            "d", new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(5)), TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Single(replica.Armed);
    }

    [Fact]
    public async Task ManyAtOnce_OneDevice_AreCommittedTogether()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => replica.EnqueueAsync("d", QueueReplica.Command())));

        Assert.Equal(200, outcomes.Select(outcome => outcome.CommandId).Distinct().Count());
        Assert.Equal(200, store.Head("d").Waiting);
        Assert.True(store.Calls.Count(call => call == "save") < 100, $"{store.Calls.Count(call => call == "save")} saves");
    }

    [Fact]
    public async Task ThreeReplicas_OneDevice_LoseAndDoubleNothing()
    {
        var store = new FakeHeadStore();
        // Real time: the back-off after a conflict is a few milliseconds, and what it yields to is real concurrency.
        QueueReplica[] replicas = [.. new[] { "r1", "r2", "r3" }.Select(id => new QueueReplica(store, history, TimeProvider.System, id))];
        const int commands = 120;
        var accepted = await Task.WhenAll(Enumerable.Range(0, commands).Select(i => replicas[i % 3].EnqueueAsync("d", QueueReplica.Command(key: $"k{i}"))));

        var claimed = new System.Collections.Concurrent.ConcurrentBag<ClaimedCommand>();
        await Task.WhenAll(replicas.Select(async replica =>
        {
            while (claimed.Count < commands)
            {
                var got = await replica.Queue.ExecuteAsync("d", QueueReplica.Claim(4), TestContext.Current.CancellationToken);
                foreach (var command in got.Commands) claimed.Add(command);
                foreach (var command in got.Commands) Assert.Equal(ResultStatus.Accepted, (await replica.ResultAsync("d", command)).Status);
                if (got.Commands.Length == 0) break;
            }
        }));

        Assert.Equal(accepted.Select(outcome => outcome.CommandId).Order(), claimed.Select(command => command.Id).Order());
        Assert.Equal(0, store.Head("d").Length);
        await replicas[0].Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        Assert.Equal(commands, history.Records("d").Values.Count(record => record.State == CommandState.Completed));
    }

    [Fact]
    public async Task Save_AnswerIsLost_CountsOnce()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var lost = 1;
        store.After = call =>
        {
            if (call == "save" && lost-- > 0) throw new IOException("the answer is lost");
        };

        var outcome = await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
        Assert.Equal(2, store.Head("d").Waiting);
    }

    [Fact]
    public async Task Save_AnswerIsLostAndAnotherReplicaCommitsOnTop_CountsOnce()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        store.After = call =>
        {
            if (call != "save") return;
            store.After = null;
            store.CommitByOther("d", QueueReplica.Command(), time.GetUtcNow());
            throw new IOException("the answer is lost");
        };

        var outcome = await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
        Assert.Equal(3, store.Head("d").Waiting);
    }

    [Fact]
    public async Task Store_IsDown_AnswersUnavailableAndRecovers()
    {
        var store = new FakeHeadStore { Before = _ => throw new IOException("down") };
        var replica = new QueueReplica(store, history, time);

        await Assert.ThrowsAsync<QueueUnavailableException>(() => replica.EnqueueAsync("d", QueueReplica.Command()));
        store.Before = null;

        Assert.Equal(EnqueueStatus.Accepted, (await replica.EnqueueAsync("d", QueueReplica.Command())).Status);
    }

    [Fact]
    public async Task StaleCache_ClaimFindsNothing_LooksAtTheStore()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var other = new QueueReplica(store, history, time, "r2");
        await CycleAsync(replica);

        await other.EnqueueAsync("d", QueueReplica.Command());

        await replica.ClaimOneAsync("d");
    }

    [Fact]
    public async Task LongPoll_EnqueueOnThisReplica_WakesIt()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await UntilAsync(() => time.ArmedTimers > 0);

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_EnqueueOnAnotherReplica_TellsItsReplicaAlone()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        var other = new QueueReplica(store, history, time, "r2");
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await UntilAsync(() => store.Head("d").Interests.Length == 1 && time.ArmedTimers > 0);

        await other.EnqueueAsync("d", QueueReplica.Command());

        await UntilAsync(() => other.Wakes.Published.Count > 0);
        Assert.Equal(("r1", "d"), Assert.Single(other.Wakes.Published));
        replica.Queue.Wake("d");
        Assert.Single((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task LongPoll_NothingComes_AnswersEmptyAfterItsTime()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        while (!poll.IsCompleted)
        {
            await UntilAsync(() => poll.IsCompleted || time.ArmedTimers > 0);
            time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Empty((await poll).Commands);
    }

    [Fact]
    public async Task LongPoll_ProgramStops_AnswersAtOnce()
    {
        var replica = new QueueReplica(new FakeHeadStore(), history, time);
        var poll = replica.Queue.ClaimAsync("d", () => QueueReplica.Claim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await UntilAsync(() => time.ArmedTimers > 0);

        replica.StopApplication();

        Assert.Empty((await poll.WaitAsync(TimeSpan.FromSeconds(10))).Commands);
    }

    [Fact]
    public async Task DeepQueue_CostPerOperation_IsThatOfAShallowOne()
    {
        var shallow = await BytesAndCallsAsync(10);
        var deep = await BytesAndCallsAsync(5_000);

        Assert.True(deep.Bytes < 64 * 1024, $"The head of a deep queue has {deep.Bytes} bytes.");
        Assert.InRange(deep.CallsPerOperation, 0, shallow.CallsPerOperation * 1.5);

        async Task<(int Bytes, double CallsPerOperation)> BytesAndCallsAsync(int depth)
        {
            var store = new FakeHeadStore();
            var replica = new QueueReplica(store, history, time);
            var device = $"d{depth}";
            for (var i = 0; i < depth; i += 500)
                await Task.WhenAll(Enumerable.Range(0, Math.Min(500, depth - i)).Select(_ => replica.EnqueueAsync(device, QueueReplica.Command())));
            await replica.Queue.FlushAsync(device, TestContext.Current.CancellationToken);
            store.Calls.Clear();
            const int cycles = 200;
            for (var i = 0; i < cycles; i++)
            {
                await replica.EnqueueAsync(device, QueueReplica.Command());
                await replica.ResultAsync(device, await replica.ClaimOneAsync(device));
                await replica.Writer.WriteAsync(CellOf(replica, device), TestContext.Current.CancellationToken);
            }

            return (store.HeadBytes(device), store.Calls.Count / (3.0 * cycles));
        }
    }

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
        await UntilAsync(() => store.Documents.Count == 0);

        Assert.Equal(parameters, command.Parameters);
        Assert.Equal(100_000, history.Records("d")[command.Id].Result!.Output!.Text!.Length);
    }

    [Fact]
    public async Task History_WasDownAtACrash_GetsTheEventsWhenTheHeadIsOpened()
    {
        var store = new FakeHeadStore();
        history.BeforeWrite = () => throw new IOException("down");
        var replica = new QueueReplica(store, history, time);
        await CycleAsync(replica);
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

    private static DeviceCell CellOf(QueueReplica replica, string device) => replica.Queue.CellOf(device);

    /// <summary>Enqueue, claim, extend, result.</summary>
    private async Task CycleAsync(QueueReplica replica)
    {
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var command = await replica.ClaimOneAsync("d");
        time.Advance(TimeSpan.FromMilliseconds(10));
        await replica.Queue.ExecuteAsync("d", new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(5)), TestContext.Current.CancellationToken);
        Assert.Equal(ResultStatus.Accepted, (await replica.ResultAsync("d", command)).Status);
    }

    /// <summary>Waits for something that other tasks bring about, for ten seconds at most.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
