using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

public sealed class ExplainCommandTests
{
    private readonly TestDevice device = new(TestDevice.Small with { MaxClaims = 2 });

    [Fact]
    public void Explain_NothingHoldsItBack_IsReadyNow()
    {
        var explanation = device.Explain(device.Accept());

        Assert.Equal(["ready"], Codes(explanation));
        Assert.Equal((CommandState.Queued, 0, device.Queue.NowMs), (explanation.State, explanation.Ahead, explanation.NextAt));
        Assert.Equal(device.Queue.NowMs + (long)TimeSpan.FromDays(14).TotalMilliseconds, explanation.ExpiresAt);
    }

    [Fact]
    public void Explain_OthersComeFirst_CountsThemAlsoInSegments()
    {
        var low = device.AcceptMany(30, () => device.NewCommand(priority: 2));
        device.AcceptMany(17, () => device.NewCommand(priority: 8));
        device.AcceptMany(5, () => device.NewCommand(priority: 1));

        for (var i = 0; i < low.Length; i++)
        {
            var explanation = device.Explain(low[i]);
            Assert.Equal(17 + i, explanation.Ahead);
            Assert.Contains("priority", Codes(explanation));
        }
    }

    [Fact]
    public void Explain_WaitsForApproval_SaysSo()
    {
        var explanation = device.Explain(device.AcceptPending(device.Open()));

        Assert.Equal(["approval"], Codes(explanation));
        Assert.Equal((CommandState.PendingApproval, null, null), (explanation.State, explanation.Ahead, explanation.NextAt));
    }

    [Fact]
    public void Explain_ApprovalRanOut_SaysThatItIsNeededAgain()
    {
        var session = device.Open();
        var id = device.AcceptPending(session);
        device.Decide(id, session);
        device.Pass(device.Queue.Limits.ApprovalValidity);

        var explanation = device.Explain(id);
        Assert.Equal(["approval"], Codes(explanation));
        Assert.Null(explanation.NextAt);
    }

    [Fact]
    public void Explain_ClaimIsHeld_SaysUntilWhen()
    {
        var id = device.Accept();
        var claimed = device.ClaimOne();
        var explanation = device.Explain(id);

        var reason = Assert.Single(explanation.Reasons);
        Assert.Equal(("claim_held", claimed.VisibleUntil), (reason.Code, reason.Until));
        Assert.Equal((CommandState.Claimed, claimed.VisibleUntil), (explanation.State, explanation.NextAt));
    }

    [Fact]
    public void Explain_ClaimThatMustNotRunTwice_NeverRunsAgain()
    {
        var id = device.Accept(device.NewCommand() with { AtMostOnce = true });
        device.ClaimOne();

        Assert.Null(device.Explain(id).NextAt);
    }

    [Fact]
    public void Explain_DeviceIsBusyOrAtItsLimit_SaysSo()
    {
        var ids = device.AcceptMany(3);
        device.ClaimOne(TimeSpan.FromMinutes(5));
        Assert.Equal(["priority", "device_busy"], Codes(device.Explain(ids[2])));

        var second = device.ClaimOne();
        var explanation = device.Explain(ids[2]);
        Assert.Equal(["limit"], Codes(explanation));
        Assert.Equal(second.VisibleUntil, explanation.NextAt);
    }

    [Fact]
    public void Explain_DeviceIsOfflineOrUnknown_SaysSo()
    {
        var id = device.Accept();

        var offline = device.Explain(id, offlineSince: new DateTimeOffset(2026, 1, 1, 8, 30, 0, TimeSpan.FromHours(1)));
        Assert.Equal(["offline"], Codes(offline));
        Assert.Contains("2026-01-01T07:30:00Z", offline.Reasons[0].Message, StringComparison.Ordinal);
        Assert.Null(offline.NextAt);
        Assert.Equal(["offline"], Codes(device.Explain(id, neverSeen: true)));
    }

    [Fact]
    public void Explain_SocketIsOpenButNoHeartbeatWasWrittenYet_IsNotOffline()
    {
        device.Attach("conn_1");
        var id = device.AcceptPending(device.Open());

        Assert.Equal(["approval"], Codes(device.Explain(id, neverSeen: true)));
        Assert.Equal(["approval"], Codes(device.Explain(id, offlineSince: device.Queue.Now)));
    }

    [Fact]
    public void Explain_ExpiredInASegment_SaysSo()
    {
        device.AcceptMany(6, () => device.NewCommand(priority: 9));
        var id = device.AcceptMany(8, () => device.NewCommand() with { ExpiresAt = device.Queue.Now.AddSeconds(1) })[2];
        device.Pass(TimeSpan.FromSeconds(1));

        var explanation = device.Explain(id);
        Assert.Contains("expired", Codes(explanation));
        Assert.DoesNotContain("ready", Codes(explanation));
        Assert.Null(explanation.NextAt);
    }

    [Fact]
    public void Explain_Ended_SaysHow()
    {
        device.Accept();
        var claimed = device.ClaimOne();
        device.Finish(claimed);
        Assert.Equal((CommandState.Completed, "ended"), Ended(claimed.Id));

        var expired = device.Accept(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddSeconds(1) });
        device.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((CommandState.Expired, "expired"), Ended(expired));
    }

    [Fact]
    public void Explain_NoSuchCommand_SaysNothing()
    {
        var explanation = device.Explain("01JGFJJZ00000000000000000Z");
        Assert.Null(explanation.State);
        Assert.Empty(explanation.Reasons);
    }

    private static IEnumerable<string> Codes(Explanation explanation) => explanation.Reasons.Select(reason => reason.Code);

    private (CommandState?, string) Ended(string id) => (device.Explain(id).State, Assert.Single(device.Explain(id).Reasons).Code);
}
