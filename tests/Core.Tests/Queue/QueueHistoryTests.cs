using FsCheck;
using FsCheck.Fluent;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Core.Tests.Queue.Model;

namespace Gateway.Core.Tests.Queue;

/// <summary>
/// Generated histories against the model. A failure prints the shrunk history and a seed; <c>GATEWAY_CHECK_REPLAY=seed,gamma</c>
/// replays it, <c>GATEWAY_CHECK_RUNS=n</c> runs more.
/// </summary>
public sealed class QueueHistoryTests
{
    /// <summary>So small that a handful of commands spills, refills and rewrites segments all the time.</summary>
    private static readonly QueueLimits Small = new()
    {
        MaxLength = 40,
        MaxClaims = 3,
        MaxPendingApproval = 4,
        MaxSessionCommands = 12,
        MaxAttempts = 3,
        Retention = TimeSpan.FromDays(2),
        ApprovalValidity = TimeSpan.FromMilliseconds(300),
        MaxEvents = 100_000,
        InlineText = 16,
        InlineEntries = 4,
        LaneEntries = 2,
        SegmentEntries = 5,
        MaxInFlight = 2,
        PushVisibility = TimeSpan.FromMilliseconds(400),
        ReconnectGrace = TimeSpan.FromMilliseconds(80),
        MaxWatchers = 2,
    };

    private static readonly QueueLimits SegmentsOfOne = Small with { InlineEntries = 2, LaneEntries = 1, SegmentEntries = 1 };

    [Fact]
    public void Queue_AnyHistory_BehavesAsTheModel() => Check(Small, longest: 150, runs: 150);

    [Fact]
    public void Queue_AnyHistoryThatFitsTheHead_BehavesAsTheModel() =>
        Check(Small with { InlineEntries = 64, LaneEntries = 32, SegmentEntries = 128, InlineText = 2_048 }, longest: 100, runs: 30);

    [Fact]
    public void Queue_AnyHistoryWithSegmentsOfOne_BehavesAsTheModel() =>
        Check(SegmentsOfOne, longest: 100, runs: 40);

    /// <summary>Guards the generator: a history that never gets anywhere proves nothing.</summary>
    [Fact]
    public void Histories_Together_ReachEveryOutcomeStateAndEvent()
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 40; seed++)
        {
            var run = new HistoryRun(seed % 2 == 0 ? Small : SegmentsOfOne);
            run.Run(Histories.Generate(seed, length: 150));
            seen.UnionWith(run.Seen);
            if (seen.IsSupersetOf(Everything())) return;
        }

        Assert.Empty(Everything().Except(seen));
    }

    private static IEnumerable<string> Everything() =>
    [
        .. Names<EnqueueStatus>().Except([nameof(EnqueueStatus) + EnqueueStatus.HistoryBehind]),
        .. Names<ClaimStatus>(), .. Names<ResultStatus>(), .. Names<ReleaseStatus>(), .. Names<DecisionStatus>(), .. Names<CancelStatus>(),
        .. Names<CommandState>(), .. Names<QueueEventKind>(), "SpilledThrice", "TamperedWasRejected", "ClaimStoppedShort",
        "Pushed", "CreditWasUsedUp", "PushStoppedShort", "WatcherLeft", "TakenOver", "DeadChannelDetached", "CameBackInGrace", "GraceRanOut",
        "DrainingGotNothing",
    ];

    private static IEnumerable<string> Names<TEnum>()
        where TEnum : struct, Enum => Enum.GetNames<TEnum>().Select(name => typeof(TEnum).Name + name);

    private static void Check(QueueLimits limits, int longest, int runs)
    {
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(int.TryParse(Environment.GetEnvironmentVariable("GATEWAY_CHECK_RUNS"), out var asked) ? asked : runs)
            .WithQuietOnSuccess(true);
        if (Environment.GetEnvironmentVariable("GATEWAY_CHECK_REPLAY")?.Split(',') is [var seed, var gamma])
            config = config.WithReplay(ulong.Parse(seed), ulong.Parse(gamma));
        Prop.ForAll(Histories.Arbitrary(longest), history => new HistoryRun(limits).Run(history)).Check(config);
    }
}
