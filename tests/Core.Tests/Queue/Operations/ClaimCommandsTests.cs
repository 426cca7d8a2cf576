using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

public sealed class ClaimCommandsTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Claim_EmptyQueue_GrantsNothing() => Assert.Empty(device.Claim(10));

    [Fact]
    public void Claim_SpilledQueueOfManyPriorities_GrantsByPriorityThenAge()
    {
        int[] priorities = [5, 0, 9, 5, 5, 0, 9, 3, 5, 0, 5, 5, 9, 3, 5, 0, 5, 5, 5, 5];
        var ids = priorities.Select(priority => (Priority: priority, Id: device.Accept(device.NewCommand(priority: priority)))).ToList();

        var claimed = Enumerable.Range(0, 10).SelectMany(_ => device.Claim(2)).Select(command => command.Id);

        Assert.Equal(ids.OrderByDescending(command => command.Priority).ThenBy(command => command.Id, StringComparer.Ordinal).Select(command => command.Id), claimed);
    }

    [Fact]
    public void Claim_MoreTokensThanCommands_GrantsWhatThereIsWithItsOwnTokens()
    {
        var ids = device.AcceptMany(3);
        var claim = device.NewClaim(5);

        var granted = device.Queue.Do(claim).Commands;

        Assert.Equal(ids, granted.Select(command => command.Id));
        Assert.Equal(claim.Tokens.Take(3), granted.Select(command => command.Token));
        Assert.All(granted, command => Assert.Equal(1, command.Attempt));
        Assert.All(granted, command => Assert.Equal(device.Queue.NowMs + 30_000, command.VisibleUntil));
    }

    [Fact]
    public void Claim_SameRequestAgain_AnswersTheSameClaimsAndNoOthers()
    {
        device.AcceptMany(2, () => device.NewCommand(parameters: "{\"text\":\"too long for the head\"}"));
        device.AcceptMany(2);
        var first = device.Queue.Do(device.NewClaim(2) with { RequestId = "r" }).Commands;

        var again = device.Queue.Do(device.NewClaim(3) with { RequestId = "r" }).Commands;

        Assert.Equal(2, first.Length);
        Assert.Equal(first, again);
    }

    [Fact]
    public void Claim_SameRequestAgainAfterOneEnded_AnswersTheRest()
    {
        device.AcceptMany(3);
        var first = device.Queue.Do(device.NewClaim(2) with { RequestId = "r" }).Commands;
        device.Finish(first[0]);

        Assert.Equal([first[1]], device.Queue.Do(device.NewClaim(2) with { RequestId = "r" }).Commands);
    }

    [Fact]
    public void Claim_SameRequestAfterItsClaimsEnded_GrantsAnew()
    {
        device.AcceptMany(1);
        var first = Assert.Single(device.Queue.Do(device.NewClaim() with { RequestId = "r" }).Commands);
        device.Pass(TestDevice.Visibility);

        var again = Assert.Single(device.Queue.Do(device.NewClaim() with { RequestId = "r" }).Commands);

        Assert.Equal((first.Id, 2), (again.Id, again.Attempt));
        Assert.NotEqual(first.Token, again.Token);
    }

    [Fact]
    public void Claim_OtherRequestOrNone_GetsOtherCommands()
    {
        var ids = device.AcceptMany(3);
        device.Queue.Do(device.NewClaim() with { RequestId = "r" });

        Assert.Equal(ids[1], Assert.Single(device.Queue.Do(device.NewClaim() with { RequestId = "other" }).Commands).Id);
        Assert.Equal(ids[2], device.ClaimOne().Id);
    }

    [Fact]
    public void Claim_DeviceHoldsAsManyAsItMay_GrantsNothingUntilOneEnds()
    {
        var limited = new TestDevice(TestDevice.Small with { MaxClaims = 2 });
        limited.AcceptMany(4);
        var held = limited.Claim(4);

        Assert.Equal(2, held.Count);
        Assert.Empty(limited.Claim());

        limited.Finish(held[0]);
        Assert.True(limited.Queue.LastWakes);
        Assert.Single(limited.Claim(4));
    }

    [Fact]
    public void Claim_ClaimEnded_CommandIsBackAtItsPlaceBeforeLaterOnes()
    {
        var ids = device.AcceptMany(20);
        device.Claim(3);
        device.Pass(TestDevice.Visibility);

        var again = device.Claim(4);

        Assert.Equal(ids[..4], again.Select(command => command.Id));
        Assert.Equal([2, 2, 2, 1], again.Select(command => command.Attempt));
    }

    [Fact]
    public void Claim_OneCommandIsStuck_OthersGoOn()
    {
        var ids = device.AcceptMany(3);
        device.ClaimOne(TimeSpan.FromHours(5));

        Assert.Equal(ids[1..], device.Claim(5).Select(command => command.Id));
    }

    [Fact]
    public void Claim_JustBeforeTheClaimEnds_IsStillHeld()
    {
        device.Accept();
        device.ClaimOne();
        device.Pass(TestDevice.Visibility - TimeSpan.FromMilliseconds(1));
        Assert.Empty(device.Claim());

        device.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Single(device.Claim());
    }

    [Fact]
    public void Claim_ClaimedTooOften_IsDeadLettered()
    {
        var id = device.Accept();
        for (var i = 0; i < device.Queue.Limits.MaxAttempts; i++)
        {
            Assert.Equal(i + 1, device.ClaimOne().Attempt);
            device.Pass(TestDevice.Visibility);
        }

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.DeadLettered, device.StateOf(id));
    }

    [Fact]
    public void Claim_AtMostOnceAndClaimEnded_IsUnknownAndNeverGrantedAgain()
    {
        var id = device.Accept(device.NewCommand() with { AtMostOnce = true });
        device.ClaimOne();
        device.Pass(TestDevice.Visibility);

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.Unknown, device.StateOf(id));
    }

    [Fact]
    public void Claim_CommandWithTimeout_EndsAtItThoughVisibleLonger()
    {
        var id = device.Accept(device.NewCommand() with { TimeoutMs = 5_000, AtMostOnce = true });
        var claimed = device.ClaimOne();
        Assert.Equal((device.Queue.NowMs + 5_000, 5_000), (claimed.VisibleUntil, claimed.TimeoutMs));

        device.Pass(TimeSpan.FromSeconds(5));
        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.TimedOut, device.StateOf(id));
    }

    [Fact]
    public void Claim_ShorterThanTheTimeout_ReturnsTheCommand()
    {
        device.Accept(device.NewCommand() with { TimeoutMs = 60_000 });
        device.ClaimOne();
        device.Pass(TestDevice.Visibility);

        Assert.Equal(device.Queue.NowMs + 30_000, device.ClaimOne().VisibleUntil);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public void Claim_ExpiredCommands_AreNeverGranted(int count)
    {
        var expires = device.Queue.Now.AddSeconds(1);
        var ids = device.AcceptMany(count, () => device.NewCommand() with { ExpiresAt = expires });
        var last = device.Accept();
        device.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(last, Enumerable.Range(0, 5).SelectMany(_ => device.Claim()).Single().Id);
        Assert.All(ids, id => Assert.Equal(CommandState.Expired, device.StateOf(id)));
    }

    [Fact]
    public void Claim_ExpiredWhileClaimed_GoesOnUntilTheClaimEnds()
    {
        device.Accept(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddSeconds(1) });
        var claimed = device.ClaimOne();
        device.Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(ResultStatus.Accepted, device.Finish(claimed).Status);
    }

    [Fact]
    public void Claim_ManyExpiredCommandsInTheWay_ClearsABoundedNumberAndWakesWhoWaits()
    {
        var deep = new TestDevice(new QueueLimits { InlineEntries = 20, LaneEntries = 10, SegmentEntries = 10 }, audited: false);
        deep.AcceptMany(200, () => deep.NewCommand() with { ExpiresAt = deep.Queue.Now.AddSeconds(1) });
        var last = deep.Accept();
        deep.Queue.Flush();
        deep.Pass(TimeSpan.FromSeconds(2));

        var claims = 0;
        IReadOnlyList<ClaimedCommand> granted;
        do
        {
            granted = deep.Claim();
            claims++;
            Assert.InRange(deep.Head.Events.Length, 1, 45);
            if (granted.Count == 0) Assert.True(deep.Queue.LastWakes);
            deep.Queue.Flush();
        }
        while (granted.Count == 0 && claims < 20);

        Assert.Equal(last, Assert.Single(granted).Id);
    }

    [Fact]
    public void Claim_PayloadChangedInTheStore_IsRejectedAndNotGranted()
    {
        var session = device.Open();
        var id = device.AcceptPending(session, "{\"command\":\"restart\"}");
        device.Decide(id, session);
        var document = Assert.Single(device.Queue.Documents.Keys);
        device.Queue.Tamper(document, new QueueDocument { Text = "{\"command\":\"wipe\"}" });

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.Rejected, device.StateOf(id));
    }

    [Fact]
    public void Claim_PayloadChangedBeforeTheApproval_IsRejectedToo()
    {
        var session = device.Open();
        var id = device.AcceptPending(session, "{\"command\":\"restart\"}");
        device.Queue.Tamper(Assert.Single(device.Queue.Documents.Keys), new QueueDocument { Text = "{\"command\":\"wipe\"}" });
        device.Decide(id, session);

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.Rejected, device.StateOf(id));
    }

    [Fact]
    public void Claim_ApprovalRanOut_WaitsForApprovalAgain()
    {
        var session = device.Open();
        var ids = new[] { device.AcceptPending(session), device.AcceptPending(session) };
        device.Decide(ids[0], session);
        device.Pass(device.Queue.Limits.ApprovalValidity);

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.PendingApproval, device.StateOf(ids[0]));
        Assert.Equal(ids, device.Head.Pending.Select(entry => entry.Id));

        device.Decide(ids[0], session);
        Assert.Equal(ids[0], device.ClaimOne().Id);
    }

    [Fact]
    public void Claim_ApprovedCommandReturned_KeepsItsApprovalWhileItHolds()
    {
        var session = device.Open();
        var id = device.AcceptPending(session);
        device.Decide(id, session);
        device.ClaimOne();
        device.Pass(TestDevice.Visibility);

        Assert.Equal(id, device.ClaimOne().Id);
    }

    [Fact]
    public void Claim_TenLargePayloads_AreReadInOneRound()
    {
        var texts = Enumerable.Range(0, 10).Select(i => $"{{\"long\":\"{new string('x', 3_000)}{i}\"}}").ToList();
        var plain = new TestDevice();
        foreach (var text in texts) plain.Accept(plain.NewCommand(text));

        Assert.Equal(texts, plain.Claim(10).Select(command => command.Parameters));
        Assert.Equal((10, 1), (plain.Queue.LastCost.Reads, plain.Queue.LastCost.Rounds));
    }

    [Fact]
    public void Claim_HistoryFarBehind_GrantsNothingUntilItHasCaughtUp()
    {
        var small = new TestDevice(new QueueLimits { MaxEvents = 4 });
        var ids = small.AcceptMany(4);
        small.Queue.Flush(1);
        Assert.Equal(4, small.Claim(4).Count);
        small.Pass(TestDevice.Visibility);

        Assert.Empty(small.Claim(4));
        Assert.Contains("limit", small.Explain(ids[0]).Reasons.Select(reason => reason.Code));

        small.Queue.Flush();
        Assert.Equal(ids, small.Claim(4).Select(command => command.Id));
    }

    [Fact]
    public void Claim_NothingToClaim_NotesWhoWaitsAndRenewsItSeldom()
    {
        var claim = device.NewClaim() with { Interest = "replica-1" };
        device.Queue.Do(claim);
        var noted = device.Head;
        Assert.Equal(new QueueInterest("replica-1", device.Queue.NowMs + 60_000), Assert.Single(noted.Interests));

        device.Pass(TimeSpan.FromSeconds(20));
        device.Queue.Do(claim);
        Assert.Equal(noted.Commit, device.Head.Commit);

        device.Pass(TimeSpan.FromSeconds(10));
        device.Queue.Do(claim with { Interest = "replica-2" });
        device.Queue.Do(claim);
        Assert.Equal(["replica-2", "replica-1"], device.Head.Interests.Select(interest => interest.Replica));

        device.Pass(TimeSpan.FromSeconds(60));
        device.Queue.Do(claim with { Interest = "replica-3" });
        Assert.Equal(["replica-3"], device.Head.Interests.Select(interest => interest.Replica));
    }

    [Fact]
    public void Claim_SomethingToClaim_NotesNobody()
    {
        device.Accept();
        device.Queue.Do(device.NewClaim() with { Interest = "replica-1" });

        Assert.Empty(device.Head.Interests);
    }
}
