using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

/// <summary>DESIGN, "Channels": pushes, credit, takeover and grace.</summary>
public sealed class ChannelTests
{
    private static readonly TimeSpan Grace = QueueLimits.Default.ReconnectGrace;
    private static readonly ReplicaBoot One = new("r1", 1);
    private static readonly ReplicaBoot Two = new("r2", 1);

    private readonly TestDevice device = new();

    [Fact]
    public void Enqueue_ChannelAttached_IsPushedInTheSameCommit()
    {
        device.Attach("conn_1");
        var revision = device.Head.Revision;

        var id = device.Accept(device.NewCommand("""{"n":1}"""));

        var held = Assert.Single(device.HeldBy("conn_1"));
        Assert.Equal((id, 1), (held.Id, held.Attempt));
        Assert.Equal(device.Queue.NowMs + 300_000, held.Claim!.VisibleUntil);
        Assert.Equal(revision + 1, device.Head.Revision);
        Assert.Equal([QueueEventKind.Enqueued, QueueEventKind.Claimed], device.Queue.LastNews.Select(e => e.Kind));
        Assert.Equal("device:d", device.Queue.LastNews[^1].By);
        Assert.True(device.Queue.LastEffects.Pushes);
    }

    [Fact]
    public void Attach_CommandsWait_AreTheFirstTenByPriorityThenAge()
    {
        var low = device.AcceptMany(12);
        var high = device.Accept(device.NewCommand(priority: 9));

        device.Attach("conn_1");

        Assert.Equal([high, .. low[..9]], device.HeldBy("conn_1").Select(entry => entry.Id));
        Assert.Equal(3, device.Head.Waiting);
    }

    [Fact]
    public void Result_CreditWasUsedUp_TheNextIsPushedWithIt()
    {
        var ids = device.AcceptMany(11);
        device.Attach("conn_1");
        var first = device.HeldBy("conn_1")[0];

        device.Finish(ClaimedCommand.Of(first, "{}"));

        Assert.Equal(ids[1..], device.HeldBy("conn_1").Select(entry => entry.Id));
    }

    [Fact]
    public void Claim_ByRequestBesideTheChannel_DoesNotCountForItsCredit()
    {
        device.AcceptMany(3);
        device.Claim(3);
        device.Attach("conn_1");

        device.AcceptMany(10);

        Assert.Equal(10, device.HeldBy("conn_1").Count);
        Assert.Equal(0, device.Head.Waiting);
    }

    [Fact]
    public void Attach_AnotherConnection_TakesOverWithTheSameTokens()
    {
        device.AcceptMany(2);
        device.Attach("conn_1");
        var before = device.HeldBy("conn_1");
        device.Pass(TimeSpan.FromSeconds(5));

        var outcome = device.Attach("conn_2", Two);

        Assert.Equal("conn_1", outcome.Replaced?.Connection);
        Assert.Equal("conn_1", device.Queue.LastEffects.Detached?.Connection);
        Assert.Equal(before.Select(Token), device.HeldBy("conn_2").Select(Token));
        Assert.Empty(device.HeldBy("conn_1"));
        Assert.False(device.Detach("conn_1").Detached);
        Assert.Equal("conn_2", device.Head.Channel?.Connection);

        static (string, string, long, int) Token(QueueEntry entry) => (entry.Id, entry.Claim!.Token, entry.Claim.VisibleUntil, entry.Attempt);
    }

    [Fact]
    public void Detach_ClaimsOfTheConnection_EndExactlyAfterTheGrace()
    {
        var id = device.Accept();
        device.Attach("conn_1");
        device.Detach("conn_1");

        device.Pass(Grace - TimeSpan.FromMilliseconds(1));
        device.LookAtClock();
        Assert.Equal(CommandState.Claimed, device.StateOf(id));
        Assert.Equal(device.Queue.NowMs + 1, device.Head.Deadline());
        device.Pass(TimeSpan.FromMilliseconds(1));
        device.LookAtClock();

        Assert.Equal(CommandState.Queued, device.StateOf(id));
    }

    [Fact]
    public void Attach_WithinTheGrace_BringsTheClaimBackAsItWas()
    {
        device.Accept();
        device.Attach("conn_1");
        var before = device.HeldBy("conn_1")[0].Claim!;
        device.Detach("conn_1");
        device.Pass(Grace - TimeSpan.FromMilliseconds(1));

        device.Attach("conn_2");

        Assert.Equal(before with { Connection = "conn_2", IsTakenOver = true }, Assert.Single(device.HeldBy("conn_2")).Claim);
    }

    [Fact]
    public void Attach_AfterTheGrace_PushesAnewWithAnotherToken()
    {
        device.Accept();
        device.Attach("conn_1");
        var before = device.HeldBy("conn_1")[0];
        device.Detach("conn_1");
        device.Pass(Grace);

        device.Attach("conn_2");

        var after = Assert.Single(device.HeldBy("conn_2"));
        Assert.Equal((before.Id, 2), (after.Id, after.Attempt));
        Assert.NotEqual(before.Claim!.Token, after.Claim!.Token);
    }

    [Fact]
    public void Detach_ClaimByRequest_IsNotShortened()
    {
        device.Accept();
        var claimed = device.ClaimOne(TimeSpan.FromMinutes(5));
        device.Attach("conn_1");

        device.Detach("conn_1");

        Assert.Equal(claimed.VisibleUntil, Assert.Single(device.Head.Claimed).Claim!.VisibleUntil);
    }

    [Fact]
    public void Detach_WithoutGrace_EndsTheClaimsAtOnce()
    {
        var (once, again) = (device.Accept(device.NewCommand() with { AtMostOnce = true }), device.Accept());
        device.Attach("conn_1");

        device.Detach("conn_1", TimeSpan.Zero);

        Assert.Equal((CommandState.Unknown, CommandState.Queued), (device.StateOf(once), device.StateOf(again)));
    }

    [Fact]
    public void Extend_WithinTheGrace_EndsIt()
    {
        device.Accept();
        device.Attach("conn_1");
        var claim = device.HeldBy("conn_1")[0];
        device.Detach("conn_1");

        var extended = device.Queue.Do(new ExtendClaim(claim.Id, claim.Claim!.Token, TimeSpan.FromSeconds(1)));

        Assert.Equal(claim.Claim.VisibleUntil, extended.VisibleUntil);
        Assert.Null(Assert.Single(device.Head.Claimed).Claim!.Kept);
    }

    [Fact]
    public void Result_WithinTheGrace_IsAccepted()
    {
        device.Accept();
        device.Attach("conn_1");
        var held = device.HeldBy("conn_1")[0];
        device.Detach("conn_1");

        Assert.Equal(ResultStatus.Accepted, device.Finish(ClaimedCommand.Of(held, "{}")).Status);
    }

    [Fact]
    public void Approve_ChannelAttached_IsPushedAndStillBoundToItsPayload()
    {
        var session = device.Open();
        device.Attach("conn_1");
        var (kept, changed) = (device.AcceptPending(session, """{"n":1}"""), device.AcceptPending(session, """{"n":2}"""));
        device.Queue.Tamper(device.Head with
        {
            Pending = [.. device.Head.Pending.Select(entry => entry.Id == changed ? entry with { Definition = entry.Definition with { Type = "other" } } : entry)],
        });

        device.Decide(kept, session);
        device.Decide(changed, session);

        Assert.Equal(kept, Assert.Single(device.HeldBy("conn_1")).Id);
        Assert.Equal(CommandState.Rejected, device.StateOf(changed));
    }

    [Fact]
    public void Push_LargePayloadAndSpilledQueue_AreReadFirst()
    {
        var small = new TestDevice(TestDevice.Small);
        var ids = small.AcceptMany(30, () => small.NewCommand("""{"text":"longer than the head takes"}"""));

        small.Attach("conn_1");

        Assert.Equal(ids[..10], small.HeldBy("conn_1").Select(entry => entry.Id));
    }

    [Fact]
    public void Push_HistoryWasFarBehind_IsMadeGoodForByTheNextLook()
    {
        var narrow = new TestDevice(new QueueLimits { MaxEvents = 4 });
        narrow.AcceptMany(3);
        narrow.Claim(3);
        narrow.Attach("conn_1");
        narrow.Head.Claimed.ToList().ForEach(entry => narrow.Finish(ClaimedCommand.Of(entry, "{}")));
        Assert.Equal(EnqueueStatus.HistoryBehind, narrow.Queue.Do(narrow.NewCommand()).Status);
        narrow.Queue.Flush();

        narrow.Accept();

        Assert.Single(narrow.HeldBy("conn_1"));
    }

    [Fact]
    public void Gone_ReplicaOfTheChannel_GraceBeginsWithTheNextChange()
    {
        var id = device.Accept();
        device.Attach("conn_1");
        device.Queue.Gone.Add(One);
        device.Pass(TimeSpan.FromSeconds(20));

        // Nothing that does not change anything keeps it.
        device.Explain(id);
        Assert.NotNull(device.Head.Channel);
        device.Accept();

        Assert.Null(device.Head.Channel);
        Assert.Equal(1, device.Head.Waiting);
        Assert.Equal(device.Queue.NowMs + (long)Grace.TotalMilliseconds, Assert.Single(device.Head.Claimed).Claim!.VisibleUntil);
    }

    [Fact]
    public void Gone_SweepDetaches_IsKeptOnce()
    {
        device.Accept();
        device.Attach("conn_1");
        device.Queue.Gone.Add(One);

        Assert.True(device.Detach("conn_1").Detached);
        Assert.Null(device.Head.Channel);
        Assert.False(device.Detach("conn_1").Detached);
    }

    [Fact]
    public void Gone_LookAtTheClock_DetachesToo()
    {
        device.Attach("conn_1");
        device.Queue.Do(new Watch(Two));
        device.Queue.Gone.UnionWith([One, Two]);

        device.Queue.Do(new LookAtClock(false));

        Assert.Null(device.Head.Channel);
        Assert.Empty(device.Head.Watchers);
    }

    [Fact]
    public void Attach_AfterItsReplicaDied_TakesOverWhatIsStillClaimed()
    {
        device.Accept();
        device.Attach("conn_1");
        var claim = device.HeldBy("conn_1")[0].Claim!;
        device.Queue.Gone.Add(One);

        var outcome = device.Attach("conn_2", One with { Boot = 2 });

        Assert.Null(outcome.Replaced);
        Assert.Equal(claim with { Connection = "conn_2", IsTakenOver = true }, Assert.Single(device.HeldBy("conn_2")).Claim);
    }

    [Fact]
    public void Watch_MoreReplicasThanMay_IsRefused()
    {
        for (var i = 0; i < 16; i++) Assert.True(device.Queue.Do(new Watch(new ReplicaBoot($"r{i}", 1))).Watching);

        Assert.False(device.Queue.Do(new Watch(new ReplicaBoot("r16", 1))).Watching);
        Assert.True(device.Queue.Do(new Watch(new ReplicaBoot("r3", 2))).Watching);
        Assert.True(device.Queue.Do(new Unwatch(new ReplicaBoot("r4", 1))).Watched);
        Assert.False(device.Queue.Do(new Unwatch(new ReplicaBoot("r3", 1))).Watched);
        Assert.Equal(15, device.Head.Watchers.Length);
    }

    [Fact]
    public void Explain_CreditIsUsedUp_SaysSo()
    {
        var ids = device.AcceptMany(11);
        device.Attach("conn_1");

        var reason = Assert.Single(device.Explain(ids[10]).Reasons);

        Assert.Equal("limit", reason.Code);
        Assert.Equal(device.Queue.NowMs + 300_000, reason.Until);
    }
}
