using Gateway.Core.Commands;
using Gateway.Core.Queue;
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
        await replica.CycleAsync(time);
        store.Calls.Clear();

        await replica.CycleAsync(time);

        Assert.Equal(["save", "save", "save", "save"], store.Calls);
    }

    [Theory]
    [InlineData(EtagKind.Number)]
    [InlineData(EtagKind.Text)]
    public async Task SteadyTraffic_RandomEtags_ReadsBeforeEachSaveAndNeverGuessesAgain(EtagKind etags)
    {
        var store = new FakeHeadStore { Etags = etags };
        var replica = new QueueReplica(store, history, time);
        await replica.CycleAsync(time);
        store.Calls.Clear();

        await replica.CycleAsync(time);

        Assert.Equal(["load", "save", "load", "save", "load", "save", "load", "save"], store.Calls);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_WentThroughUnheardAndManyCommitOnTop_CountsOnceAndKeepsItsDocuments(bool isRefused)
    {
        var store = new FakeHeadStore();
        var link = new ReplicaLink(store, history, isRefused ? new FaultPlan("save", 2, Fault.RefusedAfter) : null);
        var replica = new QueueReplica(link, link, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        store.After = call =>
        {
            if (call != "save") return;
            store.After = null;
            for (var i = 0; i < 50; i++) store.CommitByOther("d", QueueReplica.Command(), time.GetUtcNow());
            if (!isRefused) throw new IOException("the answer is lost");
        };
        var parameters = "{\"x\":\"" + new string('p', 5_000) + "\"}";

        var outcome = await replica.EnqueueAsync("d", QueueReplica.Command(parameters: parameters, priority: 9));

        Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
        Assert.Equal(52, store.Head("d").Waiting);
        var claimed = await new QueueReplica(store, history, time, "r2").ClaimOneAsync("d");
        Assert.Equal((outcome.CommandId, parameters), (claimed.Id, claimed.Parameters));
    }

    [Theory]
    [InlineData(Fault.ErrorAfter)]
    [InlineData(Fault.RefusedAfter)]
    public async Task Save_MoreReplicasCommitOnTopThanAHeadRemembers_SaysThatItDoesNotKnow(Fault fault)
    {
        var store = new FakeHeadStore();
        var link = new ReplicaLink(store, history, new FaultPlan("save", 2, fault));
        var replica = new QueueReplica(link, link, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        store.After = call =>
        {
            if (call != "save") return;
            store.After = null;
            for (var i = 0; i < QueueHead.RememberedWriters; i++) store.CommitByOther("d", QueueReplica.Command(), time.GetUtcNow(), $"other {i}");
        };

        await Assert.ThrowsAsync<QueueUnavailableException>(() => replica.EnqueueAsync("d", QueueReplica.Command()));

        Assert.Equal(2 + QueueHead.RememberedWriters, store.Head("d").Waiting);
    }

    [Fact]
    public async Task Save_WentThroughUnheardAndReplicaWasStoppedForMinutes_SaysThatItDoesNotKnow()
    {
        var (store, clock) = (new FakeHeadStore(), new ImpatientTimeProvider());
        var link = new ReplicaLink(store, history, new FaultPlan("save", 2, Fault.RefusedAfter));
        var replica = new QueueReplica(link, link, clock);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        store.After = call =>
        {
            if (call != "save") return;
            store.After = null;
            clock.Advance(TimeSpan.FromMinutes(3));
            store.CommitByOther("d", QueueReplica.Command(), clock.GetUtcNow());
        };

        await Assert.ThrowsAsync<QueueUnavailableException>(() => replica.EnqueueAsync("d", QueueReplica.Command()));

        Assert.Equal(3, store.Head("d").Waiting);
    }

    [Fact]
    public async Task StaleCache_DocumentOfItIsGone_LooksAtTheStore()
    {
        var store = new FakeHeadStore();
        var (replica, other) = (new QueueReplica(store, history, time), new QueueReplica(store, history, time, "r2"));
        var large = "{\"x\":\"" + new string('p', 5_000) + "\"}";
        await other.EnqueueAsync("d", QueueReplica.Command(parameters: large));
        await replica.Queue.CountWaitingAsync("d", TestContext.Current.CancellationToken);
        await other.ResultAsync("d", await other.ClaimOneAsync("d"));
        await other.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        var next = await other.EnqueueAsync("d", QueueReplica.Command());
        await Eventually.UntilAsync(() => store.Documents.Count == 0);

        Assert.Equal(next.CommandId, (await replica.ClaimOneAsync("d")).Id);
    }

    [Fact]
    public async Task StaleCache_ManyOthersCommittedSince_IsOneConflictAndNoError()
    {
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, history, time);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        for (var i = 0; i < 20; i++) store.CommitByOther("d", QueueReplica.Command(), time.GetUtcNow(), $"other {i}");
        store.Calls.Clear();

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal(["save", "load", "save"], store.Calls);
        Assert.Equal(22, store.Head("d").Waiting);
    }

    [Fact]
    public async Task Head_OfManyReplicasOverTime_RemembersThoseOfTheLastMinutes()
    {
        var store = new FakeHeadStore();
        for (var i = 0; i < 2 * QueueHead.RememberedWriters; i++)
        {
            await new QueueReplica(store, history, time, $"r{i}").EnqueueAsync("d", QueueReplica.Command());
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(QueueHead.RememberedWriters, store.Head("d").Commits.Length);
        time.Advance(TimeSpan.FromMinutes(3));
        await new QueueReplica(store, history, time, "last").EnqueueAsync("d", QueueReplica.Command());

        Assert.Single(store.Head("d").Commits);
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
        await replica.CycleAsync(time);

        await other.EnqueueAsync("d", QueueReplica.Command());

        await replica.ClaimOneAsync("d");
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

    private static DeviceCell CellOf(QueueReplica replica, string device) => replica.Queue.CellOf(device);
}
