using FsCheck;
using FsCheck.Fluent;
using Gateway.Core.Queue;
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
    };

    [Fact]
    public void Queue_AnyHistory_BehavesAsTheModel() => Check(Small, longest: 160, runs: 250);

    [Fact]
    public void Queue_AnyHistoryThatFitsTheHead_BehavesAsTheModel() =>
        Check(Small with { InlineEntries = 64, LaneEntries = 32, SegmentEntries = 128, InlineText = 2_048 }, longest: 100, runs: 60);

    [Fact]
    public void Queue_AnyHistoryWithSegmentsOfOne_BehavesAsTheModel() =>
        Check(Small with { InlineEntries = 2, LaneEntries = 1, SegmentEntries = 1 }, longest: 100, runs: 60);

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
