using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Verification;
using Gateway.Queue.Tests.Fakes;

namespace Gateway.Queue.Tests;

/// <summary>
/// Three replicas and everything that clients, time and reminders do, their calls interleaved by a seed, and everything that goes wrong
/// besides: judged by what the clients were answered (src/Core/Verification) and by what the stores hold in the end.
/// </summary>
public sealed class TortureTests
{
    private const int Replicas = 3;

    /// <summary>Interleavings of each kind; GATEWAY_SEEDS asks for more.</summary>
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("GATEWAY_SEEDS"), out var seeds) ? seeds : 20;

    /// <summary>What may happen to a call without ending the replica.</summary>
    private static readonly Fault[] Errors = [Fault.ErrorBefore, Fault.ErrorAfter, Fault.RefusedAfter, Fault.Late, Fault.Half];

    private static readonly Fault[] All = Enum.GetValues<Fault>();

    [Theory]
    [InlineData(EtagKind.Counter)]
    [InlineData(EtagKind.Number)]
    [InlineData(EtagKind.Text)]
    public Task ThreeReplicas_NothingGoesWrong_KeepEveryRuleAndLeaveNothing(EtagKind etags) => EachSeedAsync(Seeds, async seed =>
    {
        var torture = await RunAsync(seed, etags, faults: null);
        await torture.Store.CollectedAsync(Torture.Device);
    });

    [Theory]
    [InlineData(EtagKind.Counter)]
    [InlineData(EtagKind.Text)]
    public Task ThreeReplicas_StoresAnswerErrors_KeepEveryRule(EtagKind etags) => EachSeedAsync(Seeds, seed =>
        RunAsync(seed, etags, number => new FaultRain((seed * Replicas) + number, 0.06, Errors)));

    [Theory]
    [InlineData(EtagKind.Counter)]
    [InlineData(EtagKind.Text)]
    public Task ThreeReplicas_CrashAtAnyCallAndStartAgain_KeepEveryRule(EtagKind etags) => EachSeedAsync(Seeds, seed =>
        RunAsync(seed, etags, number => new FaultRain((seed * Replicas) + number, 0.06, All)));

    [Fact]
    public async Task Torture_OfManySeeds_PutsEveryRuleToTheTestAndComesToEveryEnd()
    {
        var (verdicts, events) = (new List<HistoryVerdict>(), new List<QueueEvent>());
        await EachSeedAsync(12, async seed =>
        {
            var torture = await RunAsync(seed, EtagKind.Counter, number => new FaultRain((seed * Replicas) + number, 0.03, Errors));
            var verdict = QueueVerdict.CheckAnswers(torture.Log);
            lock (verdicts)
            {
                verdicts.Add(verdict);
                events.AddRange(torture.History.Events(Torture.Device));
            }
        });

        // These devices have no sockets; pushes have histories of their own.
        foreach (var rule in HistoryRules.All.Where(rule => rule != HistoryRule.InFlight))
            Assert.True(verdicts.Sum(verdict => verdict.Rules[(int)rule].Checked) > 0, $"Nothing tested that {rule.Sentence()}.");
        Assert.Equal(Enum.GetValues<QueueEventKind>(), events.Select(e => e.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<CommandState>(), events.Select(e => e.State).OfType<CommandState>().Distinct().Order());
    }

    private static async Task<Torture> RunAsync(int seed, EtagKind etags, Func<int, IFaults>? faults)
    {
        var torture = new Torture(etags) { LosesReminders = faults is not null, StopsReplicas = faults is not null };
        var turns = new TurnScheduler(seed, Replicas);
        await turns.RunAsync(number =>
        {
            var trouble = faults?.Invoke(number);
            var link = NewLink();
            var replica = torture.NewReplica(link, $"r{number}");
            var client = new TortureClient(torture, Current, new Random((seed * Replicas) + number), turns);
            return client.WorkAsync(40);

            ReplicaLink NewLink() => new(torture.Store, torture.History, trouble, turns, torture.Network);

            // A replica that crashed is gone, and all that it knew; another one takes over.
            QueueReplica Current()
            {
                if (!link.IsDead) return replica;
                link = NewLink();
                return replica = torture.NewReplica(link, $"r{number}");
            }
        });

        if (faults is null) CheckReminder(torture);
        await torture.CloseAsync();
        QueueVerdict.CheckStores(Torture.Device, torture.Store, torture.History);
        QueueVerdict.CheckAnswers(torture.Log);
        return torture;
    }

    /// <summary>Where no arming fails and no reminder is lost, one is set that is early enough.</summary>
    private static void CheckReminder(Torture torture)
    {
        var now = torture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (torture.Store.Head(Torture.Device).Deadline() is not { } deadline || deadline <= now) return;
        Assert.NotNull(torture.Reminders.Due);
        Assert.True(
            torture.Reminders.Due.Value.ToUnixTimeMilliseconds() <= deadline,
            $"The reminder is set for {torture.Reminders.Due}, {torture.Reminders.Due.Value.ToUnixTimeMilliseconds() - deadline} ms late.");
    }

    private static Task EachSeedAsync(int seeds, Func<int, Task> body) => Parallel.ForAsync(0, seeds, async (seed, _) =>
    {
        try
        {
            await body(seed);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
        }
    });
}
