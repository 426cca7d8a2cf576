using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;

namespace Gateway.Queue.Tests;

/// <summary>Several replicas on one device, their calls interleaved by a seed.</summary>
public sealed class InterleavingTests
{
    private const string Device = "d";
    private const int Replicas = 3;

    [Theory]
    [InlineData(EtagKind.Counter)]
    [InlineData(EtagKind.Number)]
    [InlineData(EtagKind.Text)]
    public async Task ThreeReplicas_AnyInterleaving_NothingIsLostOrDoubled(EtagKind etags) =>
        await Parallel.ForAsync(0, 40, async (seed, _) =>
        {
            try
            {
                await RunAsync(seed, etags);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        });

    private static async Task RunAsync(int seed, EtagKind etags)
    {
        var (store, history, time) = (new FakeHeadStore { Etags = etags }, new FakeHistory(), new ImpatientTimeProvider());
        var turns = new TurnScheduler(seed, Replicas);
        var clients = new List<QueueClient>();
        await turns.RunAsync(number =>
        {
            // Any fault besides, at a save of its own.
            var fault = (Fault[])[Fault.ErrorBefore, Fault.ErrorAfter, Fault.RefusedAfter, Fault.Late];
            var plan = new FaultPlan("save", 2 + (seed % 7), fault[(seed + number) % fault.Length]);
            var link = new ReplicaLink(store, history, plan, turns);
            var replica = new QueueReplica(link, link, time, $"r{number}") { BeforeArm = link.Arm };
            var client = new QueueClient(Device, () => replica);
            clients.Add(client);
            var random = new Random((seed * Replicas) + number);
            return WorkAsync(client, number, random);
        });

        var last = new QueueReplica(store, history, time, "last");
        var closing = new QueueClient(Device, () => last);
        time.Advance(TimeSpan.FromMinutes(6));
        await closing.DrainAsync();
        await closing.FlushAsync();
        await closing.EnqueueAsync("last");
        await closing.DrainAsync();
        await closing.FlushAsync();
        await store.CollectedAsync(Device);
        QueueVerdict.Check(Device, store, history, [.. clients, closing]);
    }

    private static async Task WorkAsync(QueueClient client, int number, Random random)
    {
        var held = new Queue<ClaimedCommand>();
        for (var i = 0; i < 12; i++)
        {
            switch (random.Next(5))
            {
                case 0:
                    await client.EnqueueAsync($"key {random.Next(8)}");
                    break;
                case 1:
                    await client.EnqueueAsync($"large {number} {i}", "{\"x\":\"" + new string('p', 3_000) + "\"}");
                    break;
                case 2:
                    foreach (var command in await client.ClaimAsync(2)) held.Enqueue(command);
                    break;
                case 3 when held.TryDequeue(out var command):
                    await client.ResultAsync(command, new string('o', random.Next(2) * 3_000));
                    break;
                default:
                    await client.FlushAsync();
                    break;
            }
        }

        while (held.TryDequeue(out var command)) await client.ResultAsync(command);
        await client.FlushAsync();
    }
}
