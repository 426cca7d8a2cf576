using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

/// <summary>What people decide: approve, reject, cancel.</summary>
public sealed class DecisionTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Approve_PendingCommand_IsQueuedAtItsPlaceAndWakesWhoWaits()
    {
        var session = device.Open();
        var id = device.AcceptPending(session);
        var later = device.AcceptMany(12);

        Assert.Equal(new DecisionOutcome(DecisionStatus.Decided, CommandState.Queued), device.Decide(id, session));
        Assert.True(device.Queue.LastWakes);
        Assert.Equal([id, .. later], device.Queue.Resolve().Waiting.Select(entry => entry.Id));
    }

    [Fact]
    public void Approve_CommandsBetweenThoseInSegments_TakeTheirPlaces()
    {
        var session = device.Open();
        var ids = Enumerable.Range(0, 30).Select(i => i % 5 == 3 ? device.AcceptPending(session) : device.Accept()).ToList();
        foreach (var id in device.Head.Pending.Select(entry => entry.Id).Reverse().ToList()) device.Decide(id, session);

        Assert.Equal(ids, device.Queue.Resolve().Waiting.Select(entry => entry.Id));
    }

    [Fact]
    public void Reject_PendingCommand_IsRejectedForGood()
    {
        var session = device.Open();
        var id = device.AcceptPending(session);

        Assert.Equal(new DecisionOutcome(DecisionStatus.Decided, CommandState.Rejected), device.Decide(id, session, approved: false));
        Assert.Equal(new DecisionOutcome(DecisionStatus.AlreadyDecided, CommandState.Rejected), device.Decide(id, session));
        Assert.Empty(device.Claim());
    }

    [Fact]
    public void Decide_OtherPayloadThanWasShown_ChangesNothing()
    {
        var session = device.Open();
        var id = device.AcceptPending(session, "{\"a\":1}");

        Assert.Equal(
            new DecisionOutcome(DecisionStatus.OtherPayload, CommandState.PendingApproval),
            device.Decide(id, session, digest: Digests.OfCommand("run", "{\"a\":2}")));
        Assert.Equal(DecisionStatus.Decided, device.Decide(id, session, digest: Digests.OfCommand("run", "{\"a\":1}")).Status);
    }

    [Fact]
    public void Decide_CommandThatIsPastIt_IsDecidedAlready()
    {
        var session = device.Open();
        var id = device.Accept(device.NewCommand() with { SessionId = session });
        Assert.Equal(new DecisionOutcome(DecisionStatus.AlreadyDecided, CommandState.Queued), device.Decide(id, session));

        var claimed = device.ClaimOne();
        Assert.Equal(new DecisionOutcome(DecisionStatus.AlreadyDecided, CommandState.Claimed), device.Decide(id, session));

        device.Finish(claimed);
        device.Queue.Flush();
        Assert.Equal(new DecisionOutcome(DecisionStatus.AlreadyDecided, CommandState.Completed), device.Decide(id, session));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decide_CommandOfAnotherSession_IsNotFound(bool flushed)
    {
        var session = device.Open();
        var pending = device.AcceptPending(session);
        var ended = device.AcceptPending(session);
        device.Decide(ended, session, approved: false);
        if (flushed) device.Queue.Flush();

        Assert.Equal(DecisionStatus.NotFound, device.Decide(pending, "session-of-others").Status);
        Assert.Equal(new DecisionOutcome(DecisionStatus.NotFound, null), device.Decide(ended, "session-of-others"));
        Assert.Equal(DecisionStatus.NotFound, device.Decide("01JGFJJZ00000000000000000Z", session).Status);
    }

    [Fact]
    public void Decide_ExpiredCommand_IsTooLate()
    {
        var session = device.Open(TimeSpan.FromDays(1));
        var id = device.Accept(device.NewCommand() with { SessionId = session, RequiresApproval = true, ExpiresAt = device.Queue.Now.AddSeconds(1) });
        device.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(new DecisionOutcome(DecisionStatus.AlreadyDecided, CommandState.Expired), device.Decide(id, session));
    }

    [Fact]
    public void Cancel_CommandInAnyLiveState_EndsIt()
    {
        var session = device.Open();
        var claimed = device.Accept();
        device.ClaimOne();
        var pending = device.AcceptPending(session);
        var waiting = device.AcceptMany(25);

        foreach (var id in (string[])[claimed, pending, .. waiting])
        {
            Assert.Equal(new CancelOutcome(CancelStatus.Cancelled, CommandState.Cancelled), device.Cancel(id));
            Assert.Equal(new CancelOutcome(CancelStatus.AlreadyEnded, CommandState.Cancelled), device.Cancel(id));
        }

        Assert.Equal(0, device.Head.Length);
        Assert.Empty(device.Claim());
    }

    [Fact]
    public void Cancel_CommandThatIsDone_SaysHowItEnded()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Finish(claimed, CommandState.Failed);

        Assert.Equal(new CancelOutcome(CancelStatus.AlreadyEnded, CommandState.Failed), device.Cancel(claimed.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancel_CommandOfAnotherSession_IsNotFound(bool flushed)
    {
        var session = device.Open();
        var live = device.Accept(device.NewCommand() with { SessionId = session });
        var ended = device.Accept(device.NewCommand() with { SessionId = session });
        device.Cancel(ended, session);
        if (flushed) device.Queue.Flush();

        Assert.Equal(new CancelOutcome(CancelStatus.NotFound, null), device.Cancel(live, "session-of-others"));
        Assert.Equal(new CancelOutcome(CancelStatus.NotFound, null), device.Cancel(ended, "session-of-others"));
        Assert.Equal(new CancelOutcome(CancelStatus.NotFound, null), device.Cancel("01JGFJJZ00000000000000000Z"));
        Assert.Equal(CommandState.Queued, device.StateOf(live));
    }

    [Fact]
    public void Cancel_AllButOneOfEverySegment_LeavesFewSegments()
    {
        var ids = device.AcceptMany(80);
        foreach (var id in ids.Where((_, i) => i % 10 != 0)) device.Cancel(id);

        Assert.Equal(ids.Where((_, i) => i % 10 == 0), device.Queue.Resolve().Waiting.Select(entry => entry.Id));
        Assert.InRange(device.Head.Lanes.Single().Segments.Length, 1, 4);
    }
}
