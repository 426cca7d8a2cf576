using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue;

/// <summary>What an operation costs beside its one save, with the default limits: the same at any depth.</summary>
public sealed class QueueCostTests
{
    private const int Operations = 200;

    /// <summary>A head of 64 commands at hand, at most two references to segments for every full one, and nothing waiting for history.</summary>
    private const int MostHeadBytes = 64 * 1024;

    [Theory]
    [InlineData(10, false)]
    [InlineData(10, true)]
    [InlineData(9_600, false)]
    [InlineData(9_600, true)]
    public void Operations_AtAnyDepth_CostTheSame(int depth, bool manyPriorities)
    {
        var device = NewDevice(depth, manyPriorities);
        var random = new Random(1);
        Assert.True(device.Queue.HeadBytes < MostHeadBytes, $"{device.Queue.HeadBytes} bytes.");

        var enqueue = Measure(device, () => device.Accept(NewCommand(device, random, manyPriorities)));
        var claimed = new List<ClaimedCommand>();
        var claim = Measure(device, () =>
        {
            claimed.Add(device.ClaimOne());
            if (claimed.Count < 60) return;
            foreach (var command in claimed) device.Finish(command);
            claimed.Clear();
        });
        var turnover = Measure(device, () =>
        {
            device.Accept(NewCommand(device, random, manyPriorities));
            device.Finish(device.ClaimOne());
        });

        enqueue.Within(worst: 30, average: 1);
        claim.Within(worst: 30, average: 1);
        turnover.Within(worst: 30, average: 1);
        Assert.True(device.Queue.HeadBytes < MostHeadBytes, $"{device.Queue.HeadBytes} bytes.");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9_600)]
    public void CommandsAnywhere_FoundByTheirIds_CostAFewDocuments(int depth)
    {
        var device = NewDevice(depth, manyPriorities: true);
        var ids = device.Queue.Resolve().Waiting.Select(entry => entry.Id).ToList();
        var random = new Random(1);

        // An id does not tell its priority: each of ten lanes may have to be asked.
        Measure(device, () => device.Explain(ids[random.Next(ids.Count)]), times: 40).Within(worst: 10, average: 10);
        Measure(device, () => device.Cancel(ids[random.Next(ids.Count)]), times: 80).Within(worst: 30, average: 16);
        Assert.True(device.Queue.HeadBytes < MostHeadBytes, $"{device.Queue.HeadBytes} bytes.");
    }

    [Fact]
    public void Enqueue_HeadAtTheBrim_SpillsManyCommandsAtATime()
    {
        var device = NewDevice(0, manyPriorities: false);
        device.AcceptMany(32 + 128 + 32, () => device.NewCommand(priority: 9));
        device.Queue.Flush();

        Measure(device, () => device.Accept(device.NewCommand(priority: 1))).Within(worst: 8, average: 0.25);
        Measure(device, () => device.Accept(device.NewCommand(priority: 9))).Within(worst: 8, average: 0.25);
    }

    [Fact]
    public void ReturnedClaims_OfADeepQueue_GoBackWithoutManyDocuments()
    {
        var device = NewDevice(5_000, manyPriorities: false);
        for (var round = 0; round < 5; round++)
        {
            device.Claim(60, TimeSpan.FromSeconds(1 + round));
            device.AcceptMany(20, () => device.NewCommand(priority: 4 + round));
            device.Pass(TimeSpan.FromSeconds(10));
            Measure(device, () => device.Accept(), times: 1).Within(worst: 10, average: 10);
        }

        Assert.True(device.Queue.HeadBytes < MostHeadBytes, $"{device.Queue.HeadBytes} bytes.");
    }

    [Fact]
    public void MixedExpiries_MostOfThemPassed_LeaveFewSegments()
    {
        var device = new TestDevice(QueueLimits.Default, audited: false);
        Fill(device, 9_600, i => device.NewCommand() with { ExpiresAt = i % 100 == 0 ? null : device.Queue.Now.AddHours(1) });
        device.Pass(TimeSpan.FromHours(2));

        for (var looks = 0; device.Head.Deadline() <= device.Queue.NowMs; looks++)
        {
            Assert.True(looks < 100);
            device.Queue.Do(new LookAtClock(false));
            Assert.True(device.Queue.LastCost.Reads <= 8);
            device.Queue.Flush();
        }

        Assert.Equal(96, device.Head.Waiting);
        Assert.InRange(device.Head.Lanes.Single().Segments.Length, 0, 3);
    }

    private static TestDevice NewDevice(int depth, bool manyPriorities)
    {
        var device = new TestDevice(QueueLimits.Default, audited: false);
        var random = new Random(2);
        Fill(device, depth, _ => NewCommand(device, random, manyPriorities));
        Assert.Equal(depth, device.Head.Waiting);
        return device;
    }

    /// <summary>Many to a commit, as a group commit would.</summary>
    private static void Fill(TestDevice device, int depth, Func<int, Enqueue> make)
    {
        foreach (var chunk in Enumerable.Range(0, depth).Chunk(50))
        {
            Assert.All(device.Queue.Commit([.. chunk.Select(make)]), outcome => Assert.Equal(EnqueueStatus.Accepted, ((EnqueueOutcome)outcome).Status));
            device.Queue.Flush();
        }
    }

    private static Enqueue NewCommand(TestDevice device, Random random, bool manyPriorities) =>
        device.NewCommand("{\"action\":\"measure\"}", manyPriorities ? random.Next(10) : 5);

    private static Costs Measure(TestDevice device, Action operation, int times = Operations)
    {
        var costs = new Costs();
        device.Queue.Committed = costs.Add;
        for (var i = 0; i < times; i++)
        {
            operation();
            device.Queue.Flush();
        }

        device.Queue.Committed = null;
        return costs;
    }

    /// <summary>Documents read and written by each commit.</summary>
    private sealed class Costs
    {
        private readonly List<int> documents = [];

        public void Add(Cost cost) => documents.Add(cost.Reads + cost.Writes);

        public void Within(int worst, double average)
        {
            Assert.InRange(documents.Max(), 0, worst);
            Assert.InRange(documents.Average(), 0, average);
        }
    }
}
