using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

/// <summary>What a claim token is good for: extending and giving a result.</summary>
public sealed class ClaimTokenTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Extend_LiveClaim_LastsFromNow()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(new ExtendOutcome(ClaimStatus.Live, device.Queue.NowMs + 60_000, null), Extend(claimed, 60));
        device.Pass(TimeSpan.FromSeconds(59));
        Assert.Empty(device.Claim());
        Assert.Equal(ResultStatus.Accepted, device.Finish(claimed).Status);
    }

    [Fact]
    public void Extend_ByLessThanIsLeft_ChangesNothing()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        var before = device.Head;

        Assert.Equal(claimed.VisibleUntil, Extend(claimed, 5).VisibleUntil);
        Assert.Equal(before.Commit, device.Head.Commit);
    }

    [Fact]
    public void Extend_CommandWithTimeout_NeverPastIt()
    {
        device.Accept(device.NewCommand() with { TimeoutMs = 40_000 });
        var claimed = device.ClaimOne();
        var timeout = device.Queue.NowMs + 40_000;

        Assert.Equal(timeout, Extend(claimed, 600).VisibleUntil);
        device.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(new ExtendOutcome(ClaimStatus.Ended, null, CommandState.TimedOut), Extend(claimed, 600));
    }

    [Fact]
    public void Extend_HistoryBehind_LastsLongerWithoutAnEvent()
    {
        var small = new TestDevice(new QueueLimits { MaxEvents = 2 });
        small.Accept();
        var claimed = small.ClaimOne();
        for (var i = 0; i < 10; i++)
        {
            small.Pass(TimeSpan.FromSeconds(20));
            Assert.Equal(ClaimStatus.Live, small.Queue.Do(new ExtendClaim(claimed.Id, claimed.Token, TimeSpan.FromSeconds(30))).Status);
        }

        Assert.Equal(2, small.Head.Events.Length);
        Assert.Equal(ResultStatus.Accepted, small.Finish(claimed).Status);
    }

    [Fact]
    public void Extend_TokenOfAnEarlierClaim_IsStale()
    {
        device.Accept();
        var first = device.ClaimOne();
        device.Pass(TestDevice.Visibility);
        Assert.Equal(ClaimStatus.Stale, Extend(first, 60).Status);

        var second = device.ClaimOne();
        Assert.Equal(ClaimStatus.Stale, Extend(first, 600).Status);
        Assert.Equal(second.VisibleUntil, device.Head.Claimed.Single().Claim!.VisibleUntil);
    }

    [Fact]
    public void Extend_CommandThatWaitsOrIsPending_IsStale()
    {
        var session = device.Open();
        Assert.Equal(ClaimStatus.Stale, Extend(device.AcceptPending(session), "any").Status);
        Assert.All(device.AcceptMany(12), id => Assert.Equal(ClaimStatus.Stale, Extend(id, "any").Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Extend_CommandThatWasCancelled_SaysSo(bool flushed)
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Cancel(claimed.Id);
        if (flushed) device.Queue.Flush();

        Assert.Equal(new ExtendOutcome(ClaimStatus.Ended, null, CommandState.Cancelled), Extend(claimed, 60));
    }

    [Fact]
    public void Extend_NoSuchCommand_IsNotFound() => Assert.Equal(ClaimStatus.NotFound, Extend("01JGFJJZ00000000000000000Z", "any").Status);

    [Theory]
    [InlineData(CommandState.Completed)]
    [InlineData(CommandState.Failed)]
    [InlineData(CommandState.TimedOut)]
    public void Result_LiveClaim_EndsTheCommandAndNamesTheNext(CommandState state)
    {
        var ids = device.AcceptMany(8);
        var claimed = device.ClaimOne();

        Assert.Equal(new ResultOutcome(ResultStatus.Accepted, state, ids[1]), device.Finish(claimed, state));
        Assert.Equal(state, device.StateOf(claimed.Id));
        Assert.Equal(7, device.Head.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Result_TheSameAgain_IsAnsweredTheSameAndChangesNothing(bool flushed)
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Finish(claimed);
        if (flushed)
        {
            device.Queue.Flush();
            device.Accept();
        }

        var before = device.Head;
        Assert.Equal((ResultStatus.Repeated, CommandState.Completed), (device.Finish(claimed).Status, device.Finish(claimed).State));
        Assert.Equal(before.Seq, device.Head.Seq);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Result_OtherWordsOrOtherToken_IsTooLate(bool flushed)
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Finish(claimed);
        if (flushed)
        {
            device.Queue.Flush();
            device.Accept();
        }

        var result = TestDevice.ResultOf(claimed);
        SubmitResult[] others =
        [
            result with { Output = "other" }, result with { Output = null }, result with { Error = "oh" },
            result with { State = CommandState.Failed, Status = "failure" },
            result with { DurationMs = 2 }, result with { ExecutedAt = 1 }, result with { Token = "token-of-others" },
        ];
        Assert.All(others, other => Assert.Equal(
            new ResultOutcome(ResultStatus.AlreadyEnded, CommandState.Completed, null), device.Queue.Do(other)));
        device.Queue.Flush();
        Assert.Equal("done", device.Queue.History.Find(claimed.Id)!.Result!.Output!.Text);
    }

    [Fact]
    public void Result_OfAClaimThatEnded_IsStaleAndTheNewClaimStands()
    {
        device.Accept();
        var first = device.ClaimOne();
        device.Pass(TestDevice.Visibility);
        Assert.Equal(ResultStatus.StaleClaim, device.Finish(first).Status);

        var second = device.ClaimOne();
        Assert.Equal(ResultStatus.StaleClaim, device.Finish(first).Status);
        Assert.Equal(ResultStatus.Accepted, device.Finish(second).Status);
        Assert.Equal(ResultStatus.AlreadyEnded, device.Finish(first).Status);
    }

    [Fact]
    public void Result_AfterTheCommandWasCancelled_IsTooLate()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Cancel(claimed.Id);

        Assert.Equal(new ResultOutcome(ResultStatus.AlreadyEnded, CommandState.Cancelled, null), device.Finish(claimed));
    }

    [Fact]
    public void Result_NoSuchCommand_IsNotFound()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        Assert.Equal(ResultStatus.NotFound, device.Finish(claimed with { Id = "01JGFJJZ00000000000000000Z" }).Status);
    }

    [Fact]
    public void Result_LargeOutput_ReachesHistoryWholeAndLeavesNoDocument()
    {
        device.Accept();
        var output = new string('o', 100_000);
        device.Queue.Do(TestDevice.ResultOf(device.ClaimOne(), output: output) with { Error = new string('e', 50) });
        Assert.Equal(2, device.Queue.Documents.Count);

        device.Queue.Flush();
        var ended = Assert.Single(device.Queue.History.Events, e => e.Kind == QueueEventKind.Ended);
        Assert.Equal(output, ended.Result!.Output!.Text);
        device.Accept();
        Assert.Empty(device.Queue.Documents);
    }

    private ExtendOutcome Extend(ClaimedCommand claimed, int seconds) =>
        device.Queue.Do(new ExtendClaim(claimed.Id, claimed.Token, TimeSpan.FromSeconds(seconds)));

    private ExtendOutcome Extend(string id, string token) => device.Queue.Do(new ExtendClaim(id, token, TimeSpan.FromSeconds(60)));
}
