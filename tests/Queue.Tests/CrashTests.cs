using Gateway.Queue.Tests.Fakes;

namespace Gateway.Queue.Tests;

/// <summary>
/// One thing goes wrong at every call in turn that a replica makes while a customer and a device work: whatever it is, nothing is
/// lost, nothing doubled, and history tells what the heads told (DESIGN, "The command queue").
/// </summary>
public sealed class CrashTests
{
    private const string Device = "d";

    /// <summary>Most documents that one commit of the work writes: what a crash may leave behind.</summary>
    private const int DocumentsOfOneCommit = 3;

    public static TheoryData<Fault, EtagKind> Faults()
    {
        var data = new TheoryData<Fault, EtagKind>();
        foreach (var fault in Enum.GetValues<Fault>())
        {
            data.Add(fault, EtagKind.Counter);
            data.Add(fault, EtagKind.Text);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FaultAtEveryCall_WorkGoesOn_NothingIsLostOrDoubled(Fault fault, EtagKind etags)
    {
        var start = await Start.MakeAsync(etags);
        var calls = await RunAsync(start, plan: null);
        Assert.Equal(["arm", "delete", "find", "history", "key", "load", "read", "save", "write"], calls.Distinct().Order());
        var names = calls.Distinct().Where(name => FaultRain.Fits(fault, name));

        var points = names.SelectMany(name => Enumerable.Range(1, calls.Count(call => call == name)).Select(n => new FaultPlan(name, n, fault)));
        await Parallel.ForEachAsync(points, async (plan, _) =>
        {
            try
            {
                await RunAsync(start, plan);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{plan}: {e.Message}", e);
            }
        });
    }

    /// <summary>Does the work on a copy of the start and checks what came of it. Answers the calls that it took without the closing.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(Start start, FaultPlan? plan)
    {
        var (store, history, time) = (start.Store.Copy(), start.History.Copy(), new ImpatientTimeProvider());
        // Past the reminder that the start has set: the work sets one.
        time.Advance(TimeSpan.FromMinutes(10));
        var link = new ReplicaLink(store, history, plan);
        var first = link;
        var replica = NewReplica();
        var client = new QueueClient(Device, () =>
        {
            // A replica that crashed is gone, and all that it knew; another one takes over.
            if (!link.IsDead) return replica;
            link = new ReplicaLink(store, history);
            return replica = NewReplica();
        });
        foreach (var (key, id) in start.Client.Accepted) client.Accepted.Add(key, id);
        foreach (var id in start.Client.Deliveries.Keys) client.Deliveries.Add(id, 1);

        await WorkAsync(client, time);

        // The last commit's garbage is deleted after its answer.
        if (plan is not null) await Eventually.UntilAsync(() => plan.HasHappened);
        var calls = first.Calls;

        // What was claimed and never heard of comes back.
        time.Advance(TimeSpan.FromMinutes(6));
        await client.DrainAsync();
        await client.FlushAsync();

        // The next commit drops what history has, and the documents with it.
        await client.EnqueueAsync("last");
        await client.DrainAsync();
        await client.FlushAsync();
        await store.CollectedAsync(Device, plan is null ? 0 : DocumentsOfOneCommit);
        QueueVerdict.Check(Device, store, history, [client]);
        return calls;

        QueueReplica NewReplica()
        {
            var way = link;
            return new QueueReplica(way, way, time) { BeforeArm = way.Arm };
        }
    }

    /// <summary>Everything that a commit may do: documents, segments, refills, idempotency, a session's end, history.</summary>
    private static async Task WorkAsync(QueueClient client, ImpatientTimeProvider time)
    {
        await client.EnqueueAsync("large", "{\"x\":\"" + new string('p', 5_000) + "\"}");
        var held = await client.ClaimAsync(2);
        time.Advance(TimeSpan.FromSeconds(1));
        if (held.Length > 0) await client.ExtendAsync(held[0]);
        await client.EnqueueAsync("urgent", priority: 9);
        var urgent = await client.ClaimAsync(1);
        if (held.Length > 0) await client.ResultAsync(held[0], new string('o', 3_000));
        await client.FlushAsync();
        await client.EnqueueAsync("large", "{\"x\":\"" + new string('p', 5_000) + "\"}");
        if (held.Length > 0) await client.RepeatResultAsync(held[0], new string('o', 3_000));
        foreach (var command in urgent) await client.ResultAsync(command);
        await client.EnqueueOnceAsync();
        await client.OpenSessionAsync("s");
        await client.EnqueueAsync("of session", session: "s");
        await client.CancelAsync("start 80");
        await client.CloseSessionAsync("s", "of session");
        foreach (var command in held.Skip(1)) await client.ResultAsync(command);
        foreach (var command in await client.ClaimAsync(3)) await client.ResultAsync(command);
        await client.FlushAsync();
    }

    /// <summary>A queue that has spilled, and of which all but one of the commands at hand have been worked off: the next claim reads a segment.</summary>
    private sealed record Start(FakeHeadStore Store, FakeHistory History, QueueClient Client)
    {
        public static async Task<Start> MakeAsync(EtagKind etags)
        {
            var (store, history) = (new FakeHeadStore { Etags = etags }, new FakeHistory());
            var replica = new QueueReplica(store, history, new ImpatientTimeProvider());
            var client = new QueueClient(Device, () => replica);
            for (var i = 0; i < 110; i++) await client.EnqueueAsync($"start {i}");
            while (store.Head(Device).Lanes[0].Front.Length > 1)
                foreach (var command in await client.ClaimAsync(1)) await client.ResultAsync(command);
            Assert.NotEmpty(store.Head(Device).Lanes[0].Segments);
            await client.FlushAsync();
            await store.IdleAsync();
            return new Start(store, history, client);
        }
    }
}
