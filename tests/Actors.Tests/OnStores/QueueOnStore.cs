using System.Collections.Concurrent;
using System.Collections.Immutable;
using Dapr.Client;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Queue.Heads;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit.Daprd;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Tests.OnStores;

/// <summary>
/// The queue over a real store through a real sidecar, every call of which is counted: DESIGN's numbers ("sidecar round trips per
/// operation"), what operations write at any depth, and answers that are lost after the store has written.
/// </summary>
public abstract class QueueOnStore<TStore>(TStore store) : IClassFixture<TStore>, IAsyncLifetime
    where TStore : Store
{
    private const string Save = "POST /v1.0/state/statestore";

    private readonly FakeHistory history = new();
    private readonly string device = $"d-{Guid.NewGuid():N}";
    private readonly List<IDisposable> owned = [];
    private Traffic traffic = null!;

    [Fact]
    public async Task SteadyState_EnqueueClaimExtendResult_TakeOneTripEachOrTwo()
    {
        var replica = NewReplica("r1");
        for (var i = 0; i < 2; i++) await CycleAsync(replica);
        traffic.Clear();

        for (var i = 0; i < 5; i++) await CycleAsync(replica);

        string[] trips = store.EtagsCount ? [Save] : [$"GET /v1.0/state/statestore/queue:{device}?consistency=strong", Save];
        Assert.Equal(Enumerable.Repeat(trips, 20).SelectMany(trip => trip), traffic.Calls);
        Assert.All(traffic.Writes, write => Assert.Equal(("first-write", null), (write.Concurrency, write.Ttl)));
    }

    [Fact]
    public async Task Operations_AtDepth10And10000_CostTheSame()
    {
        var shallow = await CostAtAsync(10);
        var deep = await CostAtAsync(9_800);
        TestContext.Current.TestOutputHelper?.WriteLine($"10: {shallow}\n9,800: {deep}");

        // A save each, and now and then a segment of 128 commands, for as many operations.
        Assert.Equal(store.EtagsCount ? 1 : 2, shallow.Trips, 0.01);
        Assert.InRange(deep.Trips, 1, shallow.Trips + 0.05);
        Assert.InRange(deep.Keys, 1, 1.05);
        Assert.InRange(deep.MostKeys, 1, 3);

        // The head of a queue that has spilled: 32 to 64 commands at hand and a line per segment, however deep.
        Assert.InRange(deep.Bytes, 0, 24_000);
        Assert.InRange(deep.MostBytes, 0, 96_000);
    }

    [Fact]
    public async Task Replicas_FirstCommitsAtOnce_EachCounts()
    {
        var replicas = Enumerable.Range(0, 4).Select(i => NewReplica($"r{i}")).ToList();

        var outcomes = await Task.WhenAll(replicas.Select(replica => replica.EnqueueAsync(device, QueueReplica.Command())));

        Assert.Equal(4, outcomes.Select(outcome => outcome.CommandId).Distinct().Count());
        Assert.Equal(4, (await replicas[0].Queue.FlushAsync(device, TestContext.Current.CancellationToken)).Waiting);
    }

    [Fact]
    public async Task ThreeReplicas_ErrorsAndAnswersLostAfterWriting_LoseAndDoubleNothingAndLeaveWhatExpires()
    {
        var (calls, faults) = (0, 0);
        traffic.FateOf = call =>
        {
            // About every seventh call, each in its own way, and with no period that a client could fall in step with.
            var chance = new Random(Interlocked.Increment(ref calls));
            if (chance.Next(7) > 0) return Fate.Passes;
            Interlocked.Increment(ref faults);
            return chance.Next(3) switch { 0 => Fate.FailsBefore, 1 => Fate.FailsAfter, _ => call == Save ? Fate.RefusedAfter : Fate.FailsAfter };
        };
        const int each = 40;
        var (accepted, results) = (new ConcurrentDictionary<string, string>(), new ConcurrentDictionary<string, string>());
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async number =>
        {
            var replica = NewReplica($"r{number}");
            for (var i = 0; i < each; i++)
            {
                var command = QueueReplica.Command(key: $"{number} {i}", parameters: $"{{\"x\":\"{new string('p', i % 4 == 0 ? 5_000 : 1)}\"}}");
                accepted[$"{number} {i}"] = (await AgainAsync(() => replica.EnqueueAsync(device, command))).CommandId!;
                foreach (var claimed in await ClaimAsync(replica, i % 3))
                {
                    var output = new string('o', i % 5 == 0 ? 4_000 : 1) + claimed.Token;
                    var outcome = await AgainAsync(() => replica.ResultAsync(device, claimed, output));
                    Assert.Contains(outcome.Status, (ResultStatus[])[ResultStatus.Accepted, ResultStatus.Repeated]);
                    Assert.True(results.TryAdd(claimed.Id, output), "It was handed out twice.");
                }

                if (i % 8 == 0) await AgainAsync(() => replica.Queue.FlushAsync(device, TestContext.Current.CancellationToken));
            }
        }));
        traffic.FateOf = _ => Fate.Passes;

        var last = NewReplica("last");
        while (await ClaimAsync(last, 10) is { Length: > 0 } rest)
            foreach (var claimed in rest)
            {
                Assert.Equal(ResultStatus.Accepted, (await last.ResultAsync(device, claimed, claimed.Token)).Status);
                Assert.True(results.TryAdd(claimed.Id, claimed.Token), "It was handed out twice.");
            }

        await last.Queue.FlushAsync(device, TestContext.Current.CancellationToken);
        await CycleAsync(last);
        var head = await last.Queue.FlushAsync(device, TestContext.Current.CancellationToken);
        await CycleAsync(last);
        Assert.Equal(0, head.Length);
        Assert.Empty(history.Violations);
        Assert.Equal(3 * each, accepted.Values.Distinct().Count());
        var records = history.Records(device);
        foreach (var id in accepted.Values) Assert.Equal((CommandState.Completed, results[id]), (records[id].State, records[id].Result!.Output!.Text));
        Assert.DoesNotContain(traffic.Calls, call => call.Contains("/transaction", StringComparison.Ordinal));
        await LeavesOnlyWhatExpiresAsync(faults);
    }

    public virtual async ValueTask InitializeAsync()
    {
        if (store is DaprdStore) DaprStack.Require();
        traffic = await Traffic.StartAsync(store.HidesEtags);
        traffic.Target = store.Address;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var disposable in owned) disposable.Dispose();
        if (traffic is not null) await traffic.DisposeAsync();
    }

    /// <summary>Documents that are still there although nothing names them go by themselves, and are no more than what went wrong.</summary>
    private async Task LeavesOnlyWhatExpiresAsync(int faults)
    {
        var written = traffic.Writes.Where(write => write.Key.Count(letter => letter == ':') == 2).DistinctBy(write => write.Key).ToList();
        Assert.NotEmpty(written);
        Assert.All(written, write => Assert.InRange(int.Parse(write.Ttl!), 14 * 86_400, 16 * 86_400));
        using var client = NewClient();
        var left = 0;
        foreach (var write in written)
            if (await client.GetStateAsync<object>("statestore", write.Key) is not null) left++;
        Assert.InRange(left, 0, faults);
    }

    private async Task<Cost> CostAtAsync(int depth)
    {
        var (replica, name) = (NewReplica("r1"), $"{device}-{depth}");
        for (var i = 0; i < depth; i += 256)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(256, depth - i)).Select(_ => replica.EnqueueAsync(name, QueueReplica.Command())));
            await replica.Queue.FlushAsync(name, TestContext.Current.CancellationToken);
        }

        // The last commits' garbage is gone when the next operation is answered twice over.
        for (var i = 0; i < 3; i++) await CycleAsync(replica, name);
        var (costs, trips) = (new List<(int Keys, int Bytes)>(), 0);
        for (var i = 0; i < 150; i++)
        {
            var command = QueueReplica.Command();
            await MeasureAsync(() => replica.EnqueueAsync(name, command));
            ClaimedCommand claimed = null!;
            await MeasureAsync(async () => claimed = (await replica.Queue.ExecuteAsync(name, QueueReplica.Claim(), TestContext.Current.CancellationToken)).Commands[0]);
            await MeasureAsync(() => replica.Queue.ExecuteAsync(
                name, new ExtendClaim(claimed.Id, claimed.Token, TimeSpan.FromMinutes(6)), TestContext.Current.CancellationToken));
            await MeasureAsync(() => replica.ResultAsync(name, claimed));
            await replica.Writer.WriteAsync(replica.Queue.CellOf(name), TestContext.Current.CancellationToken);
        }

        return new Cost(
            (double)trips / costs.Count, costs.Average(cost => cost.Keys), costs.Max(cost => cost.Keys),
            costs.Average(cost => cost.Bytes), costs.Max(cost => cost.Bytes));

        async Task MeasureAsync(Func<Task> operation)
        {
            traffic.Clear();
            await operation();
            trips += traffic.Calls.Count;
            costs.Add((traffic.Writes.Count, traffic.Writes.Sum(write => write.Bytes)));
        }
    }

    private async Task<ImmutableArray<ClaimedCommand>> ClaimAsync(QueueReplica replica, int limit)
    {
        if (limit == 0) return [];
        var request = Guid.NewGuid().ToString("N");
        return (await AgainAsync(() => replica.Queue.ExecuteAsync(
            device, QueueReplica.Claim(limit) with { RequestId = request }, TestContext.Current.CancellationToken))).Commands;
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (QueueUnavailableException) when (attempt < 500)
            {
            }
        }
    }

    private async Task CycleAsync(QueueReplica replica, string? on = null)
    {
        on ??= device;
        await replica.EnqueueAsync(on, QueueReplica.Command());
        var claimed = await replica.ClaimOneAsync(on);
        await replica.Queue.ExecuteAsync(on, new ExtendClaim(claimed.Id, claimed.Token, TimeSpan.FromMinutes(6)), TestContext.Current.CancellationToken);
        await replica.ResultAsync(on, claimed);
    }

    private DaprClient NewClient() => new DaprClientBuilder().UseHttpEndpoint(traffic.Address.ToString()).Build();

    private QueueReplica NewReplica(string id)
    {
        var client = NewClient();
        var replica = new QueueReplica(new DaprHeadStore(client, Options.Create(new QueueOptions())), history, TimeProvider.System, id);
        owned.AddRange([replica, client]);
        return replica;
    }

    /// <summary>Per operation.</summary>
    private sealed record Cost(double Trips, double Keys, int MostKeys, double Bytes, int MostBytes);
}
