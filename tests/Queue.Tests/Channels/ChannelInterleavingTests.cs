using System.Collections.Concurrent;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;

namespace Gateway.Queue.Tests.Channels;

/// <summary>Several replicas, a device that goes from one to the next, calls interleaved by a seed, faults at saves, and most notices lost.</summary>
public sealed class ChannelInterleavingTests
{
    private const string Device = "d";
    private const int Replicas = 3;

    [Fact]
    public async Task DeviceBetweenReplicas_AnyInterleaving_GetsEachCommandOnOneClaimAndLosesNone() =>
        await Parallel.ForAsync(0, 40, async (seed, _) =>
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        });

    private static async Task RunAsync(int seed)
    {
        var (store, history, time) = (new FakeHeadStore(), new FakeHistory(), new ImpatientTimeProvider());
        var (turns, documents) = (new TurnScheduler(seed, Replicas), new FakeReplicaStore());
        var received = new ConcurrentDictionary<string, ConcurrentBag<string>>();
        var accepted = new ConcurrentBag<string>();
        await turns.RunAsync(async number =>
        {
            var fault = (Fault[])[Fault.ErrorBefore, Fault.ErrorAfter, Fault.RefusedAfter, Fault.Late];
            var link = new ReplicaLink(store, history, new FaultPlan("save", 2 + (seed % 7), fault[(seed + number) % fault.Length]), turns);
            var replica = new QueueReplica(link, link, time, $"r{number}", replicas: documents) { BeforeArm = link.Arm };
            await replica.LiveAsync();
            await WorkAsync(replica, number, new Random((seed * Replicas) + number), received, accepted);
        });

        // The socket's last replica: whatever is left comes to it with one attach.
        var last = new QueueReplica(store, history, time, "last", replicas: documents);
        await last.AttachAsync(Device, "conn_last");
        while (await last.ReadClaimsAsync(Device, "conn_last") is { Count: > 0 } claims)
            foreach (var command in claims) await FinishAsync(last, command, received);
        await last.Queue.FlushAsync(Device, TestContext.Current.CancellationToken);

        Assert.Equal(0, store.Head(Device).Length);
        var records = history.Records(Device);
        Assert.Empty(accepted.Except(records.Keys));
        Assert.All(records.Values, record => Assert.Equal((CommandState.Completed, 1), (record.State, record.Attempt)));
        // No claim ended in between, so whatever connection a command came over, it was the same claim.
        Assert.All(received.Values, tokens => Assert.Single(tokens.Distinct()));
        Assert.Equal(records.Keys.Order(), received.Keys.Order());
    }

    private static async Task WorkAsync(
        QueueReplica replica, int number, Random random, ConcurrentDictionary<string, ConcurrentBag<string>> received, ConcurrentBag<string> accepted)
    {
        string? connection = null;
        for (var i = 0; i < 14; i++)
        {
            try
            {
                switch (random.Next(6))
                {
                    case 0:
                        connection = $"conn_{number}_{i}";
                        await replica.AttachAsync(Device, connection);
                        break;
                    case 1 when connection is not null:
                        // The grace is longer than the run.
                        await replica.Queue.ExecuteAsync(Device, new DetachChannel(connection), TestContext.Current.CancellationToken);
                        connection = null;
                        break;
                    case 2 when connection is not null:
                        foreach (var command in await replica.ReadClaimsAsync(Device, connection)) await FinishAsync(replica, command, received);
                        break;
                    default:
                        var parameters = random.Next(4) == 0 ? "{\"x\":\"" + new string('p', 3_000) + "\"}" : "{}";
                        var outcome = await replica.EnqueueAsync(Device, QueueReplica.Command(parameters: parameters, priority: random.Next(4, 7)));
                        accepted.Add(outcome.CommandId!);
                        break;
                }
            }
            catch (QueueUnavailableException)
            {
                // It took effect or not; what must hold holds either way.
            }
        }
    }

    private static async Task FinishAsync(QueueReplica replica, ClaimedCommand command, ConcurrentDictionary<string, ConcurrentBag<string>> received)
    {
        received.GetOrAdd(command.Id, _ => []).Add(command.Token);
        var outcome = await replica.ResultAsync(Device, command);
        Assert.Contains(outcome.Status, (ResultStatus[])[ResultStatus.Accepted, ResultStatus.Repeated]);
    }
}
