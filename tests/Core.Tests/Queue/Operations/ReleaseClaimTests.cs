using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

/// <summary>Giving back what was claimed or pushed and has not begun, and a socket that drains.</summary>
public sealed class ReleaseClaimTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Release_LiveClaim_IsNextAgainAtItsOldPlace()
    {
        var ids = device.AcceptMany(12);
        var urgent = device.Accept(device.NewCommand(priority: 9));
        var claimed = device.Claim(4);

        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Released, CommandState.Queued), device.Release(claimed[1]));

        Assert.Equal([urgent, ids[0], ids[1], ids[2]], claimed.Select(command => command.Id));
        Assert.Equal([ids[0], ids[3]], device.Claim(2).Select(command => command.Id));
        Assert.Equal(12, device.Head.Length - device.Head.Claimed.Count(entry => entry.Id == urgent));
    }

    [Fact]
    public void Release_Taken_IsToldWithWhoAndWhy()
    {
        device.Accept();
        device.Release(device.ClaimOne());

        var told = device.Queue.LastNews[^1];
        Assert.Equal((QueueEventKind.Released, CommandState.Queued, "device:d"), (told.Kind, told.State, told.By));
        Assert.Equal("Its device gave it back before it began.", told.Reason);
        Assert.True(device.Queue.LastWakes);
    }

    [Fact]
    public void Release_TheSameAgain_IsAnsweredTheSameAlsoWhenAnotherHoldsIt()
    {
        device.Accept();
        var first = device.ClaimOne();
        device.Release(first);
        var before = device.Head;
        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Repeated, CommandState.Queued), device.Release(first));
        Assert.Equal(before.Commit, device.Head.Commit);

        var second = device.ClaimOne();
        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Repeated, CommandState.Claimed), device.Release(first));

        Assert.Equal(ResultStatus.Accepted, device.Finish(second).Status);
        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Ended, CommandState.Completed), device.Release(first));
    }

    [Fact]
    public void Release_StaleOrForeignToken_ReleasesNothing()
    {
        device.Accept();
        var first = device.ClaimOne();
        device.Pass(TestDevice.Visibility);
        Assert.Equal(ReleaseStatus.StaleClaim, device.Release(first).Status);
        var second = device.ClaimOne();

        Assert.Equal(new ReleaseOutcome(ReleaseStatus.StaleClaim, CommandState.Claimed), device.Release(first));
        Assert.Equal(ReleaseStatus.StaleClaim, device.Release(second.Id, "token-of-others").Status);
        Assert.Equal(ReleaseStatus.NotFound, device.Release("01JGFJJZ00000000000000000Z", second.Token).Status);

        Assert.Equal(second.Token, Assert.Single(device.Head.Claimed).Claim!.Token);
    }

    [Fact]
    public void Release_TokenThatWasGivenBack_IsWorthNothingElse()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Release(claimed);

        Assert.Equal(ResultStatus.StaleClaim, device.Finish(claimed).Status);
        Assert.Equal(ClaimStatus.Stale, device.Queue.Do(new ExtendClaim(claimed.Id, claimed.Token, TestDevice.Visibility)).Status);
    }

    [Fact]
    public void Release_WhatMustNotRunTwice_RunsOnceAfterIt()
    {
        var id = device.Accept(device.NewCommand() with { AtMostOnce = true });
        device.Release(device.ClaimOne());
        Assert.Equal(CommandState.Queued, device.StateOf(id));

        device.ClaimOne();
        device.Pass(TestDevice.Visibility);
        device.LookAtClock();
        Assert.Equal(CommandState.Unknown, device.StateOf(id));
    }

    [Fact]
    public void Release_ManyTimes_IsNoReasonForADeadLetter()
    {
        var id = device.Accept();
        for (var i = 0; i < 20; i++) device.Release(device.ClaimOne());
        for (var i = 0; i < device.Queue.Limits.MaxAttempts; i++)
        {
            Assert.Equal(CommandState.Queued, device.StateOf(id));
            Assert.Equal(21 + i, device.ClaimOne().Attempt);
            device.Pass(TestDevice.Visibility);
            device.LookAtClock();
        }

        Assert.Equal(CommandState.DeadLettered, device.StateOf(id));
    }

    [Fact]
    public void Release_WhatMayWaitNoMore_Ends()
    {
        var session = device.Open();
        var ofSession = device.Accept(device.NewCommand() with { SessionId = session });
        var expiring = device.Accept(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddSeconds(5) });
        var claimed = device.Claim(2);
        device.Queue.Do(new CloseSession(session, TestDevice.Customer));
        device.Pass(TimeSpan.FromSeconds(5));

        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Released, CommandState.Cancelled), device.Release(claimed[0]));
        Assert.Equal(new ReleaseOutcome(ReleaseStatus.Released, CommandState.Expired), device.Release(claimed[1]));
        Assert.Equal((CommandState.Cancelled, CommandState.Expired), (device.StateOf(ofSession), device.StateOf(expiring)));
    }

    [Fact]
    public void Release_ApprovedCommand_KeepsItsApprovalAsLongAsThatHolds()
    {
        var session = device.Open();
        var id = device.AcceptPending(session);
        device.Decide(id, session);
        device.Release(device.ClaimOne());
        Assert.Equal(id, device.ClaimOne().Id);

        device.Release(id, device.Head.Claimed[0].Claim!.Token);
        device.Pass(device.Queue.Limits.ApprovalValidity);
        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.PendingApproval, device.StateOf(id));
    }

    [Fact]
    public void Release_WhatCameOverTheConnection_IsSentOverTheNextOneOnly()
    {
        var ids = device.AcceptMany(12);
        device.Attach("conn_1");

        device.Release(device.HeldBy("conn_1")[3]);
        device.Accept();

        Assert.Equal([.. ids[..3], .. ids[4..10]], device.HeldBy("conn_1").Select(entry => entry.Id));
        Assert.Equal(4, device.Head.Waiting);
        Assert.Equal("draining", device.Explain(ids[11]).Reasons[^1].Code);
        Assert.Null(device.Explain(ids[11]).NextAt);

        device.Attach("conn_2");
        Assert.Equal(ids[..10].Order(), device.HeldBy("conn_2").Select(entry => entry.Id).Order());
    }

    [Fact]
    public void Release_WhatAnEarlierConnectionBrought_IsSentAnewOverThisOne()
    {
        device.Accept();
        device.Attach("conn_1");
        device.Detach("conn_1");
        device.Attach("conn_2");
        var before = device.HeldBy("conn_2")[0];

        device.Release(before);

        var after = Assert.Single(device.HeldBy("conn_2"));
        Assert.Equal((before.Id, 2), (after.Id, after.Attempt));
        Assert.NotEqual(before.Claim!.Token, after.Claim!.Token);

        // A device that only ever gives back gets it no third time.
        device.Release(after);
        Assert.Empty(device.HeldBy("conn_2"));
    }

    [Fact]
    public void Release_ConnectionIsLost_DrainsNoOther()
    {
        device.AcceptMany(2);
        device.Attach("conn_1");
        device.Detach("conn_1");
        device.Release(device.Head.Claimed[0]);

        device.Attach("conn_2");

        Assert.Equal(2, device.HeldBy("conn_2").Count);
    }

    [Fact]
    public void Drain_ChannelAttached_KeepsWhatItHoldsAndGetsNoMore()
    {
        var held = device.Accept();
        device.Attach("conn_1");
        Assert.True(device.Queue.Do(new DrainChannel("conn_1")).Draining);
        var waiting = device.Accept();

        Assert.Equal(held, Assert.Single(device.HeldBy("conn_1")).Id);
        Assert.Equal(ResultStatus.Accepted, device.Finish(ClaimedCommand.Of(device.HeldBy("conn_1")[0], "{}")).Status);
        Assert.Empty(device.HeldBy("conn_1"));

        // By request it may have all the same.
        Assert.Equal(waiting, device.ClaimOne().Id);
    }

    [Fact]
    public void Drain_AnotherConnection_ChangesNothing()
    {
        device.Attach("conn_1");
        device.Attach("conn_2");
        var before = device.Head;

        Assert.False(device.Queue.Do(new DrainChannel("conn_1")).Draining);

        Assert.Equal(before.Commit, device.Head.Commit);
        device.Accept();
        Assert.Single(device.HeldBy("conn_2"));
    }
}
