using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

public sealed class SessionTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Open_NoneActive_IsOpened()
    {
        var outcome = device.Queue.Do(new OpenSession("s", "c", "diagnostic", "It hums.", TimeSpan.FromMinutes(30)));

        Assert.True(outcome.Opened);
        var now = device.Queue.NowMs;
        Assert.Equal(new SessionDefinition("c", "diagnostic", "It hums.", now, now + 1_800_000, "active"), outcome.Definition);
        Assert.Equal("s", device.Head.Session!.Id);
    }

    [Fact]
    public void Open_AnotherIsActive_AnswersThatOne()
    {
        var session = device.Open();
        var outcome = device.Queue.Do(new OpenSession("other", "c", "diagnostic", null, TimeSpan.FromMinutes(30)));

        Assert.Equal((false, session), (outcome.Opened, outcome.SessionId));
    }

    [Fact]
    public void Close_ActiveSession_CancelsWhatWasNotStartedWhereverItLies()
    {
        var session = device.Open();
        var claimed = device.Accept(device.NewCommand(priority: 9) with { SessionId = session });
        device.ClaimOne();
        var pending = device.AcceptPending(session);
        var ids = Enumerable.Range(0, 40)
            .Select(i => (Own: i % 3 == 0, Id: device.Accept(device.NewCommand(priority: 4 + (i % 2)) with { SessionId = i % 3 == 0 ? session : null })))
            .ToList();
        Assert.Equal(16, device.Head.Session!.Live);

        Assert.True(device.Queue.Do(new CloseSession(session, TestDevice.Customer)).Closed);

        Assert.Null(device.Head.Session);
        Assert.Equal(CommandState.Claimed, device.StateOf(claimed));
        Assert.Equal(CommandState.Cancelled, device.StateOf(pending));
        Assert.All(ids, command => Assert.Equal(command.Own ? CommandState.Cancelled : CommandState.Queued, device.StateOf(command.Id)));
    }

    [Fact]
    public void Close_SessionThatIsNotActive_DoesNothing()
    {
        Assert.False(device.Queue.Do(new CloseSession("none", TestDevice.Customer)).Closed);
        var session = device.Open();
        Assert.False(device.Queue.Do(new CloseSession("other", TestDevice.Customer)).Closed);
        Assert.Equal(session, device.Head.Session!.Id);
    }

    [Fact]
    public void Close_ClaimedCommand_GoesOnToItsDevicesWord()
    {
        var session = device.Open();
        device.Accept(device.NewCommand() with { SessionId = session });
        var claimed = device.ClaimOne();
        device.Queue.Do(new CloseSession(session, TestDevice.Customer));

        Assert.Equal(ResultStatus.Accepted, device.Finish(claimed).Status);
    }

    [Fact]
    public void Close_ClaimedCommandWhoseClaimEnds_IsCancelledAlsoUnderAnotherSession()
    {
        var session = device.Open();
        device.Accept(device.NewCommand() with { SessionId = session });
        var claimed = device.ClaimOne();
        device.Queue.Do(new CloseSession(session, TestDevice.Customer));
        device.Open();
        device.Pass(TestDevice.Visibility);

        Assert.Empty(device.Claim());
        Assert.Equal(CommandState.Cancelled, device.StateOf(claimed.Id));
        Assert.Equal(0, device.Head.Session!.Live);
    }

    [Fact]
    public void Clock_SessionsEndPasses_ExpiresItAndWhatWasNotStarted()
    {
        var session = device.Open(TimeSpan.FromMinutes(1));
        var ids = device.AcceptMany(12, () => device.NewCommand() with { SessionId = session });
        Assert.Equal(device.Queue.NowMs + 60_000, device.Head.Deadline());
        device.Pass(TimeSpan.FromMinutes(1));

        Assert.Empty(device.Claim());
        Assert.Null(device.Head.Session);
        Assert.All(ids, id => Assert.Equal(CommandState.Expired, device.StateOf(id)));
        device.Queue.Flush();
        var ended = Assert.Single(device.Queue.History.Events, e => e.Kind == QueueEventKind.SessionEnded);
        Assert.Equal((session, "expired"), (ended.SessionId, ended.Session!.Status));
    }
}
