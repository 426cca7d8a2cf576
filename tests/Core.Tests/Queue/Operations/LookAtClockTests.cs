using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

public sealed class LookAtClockTests
{
    private readonly TestDevice device = new(TestDevice.Small);

    [Fact]
    public void Look_NothingIsDue_SavesNothing()
    {
        device.AcceptMany(12);
        var before = device.Head;
        device.Pass(TimeSpan.FromDays(13));

        Assert.Equal(12, device.Queue.Do(new LookAtClock(false)).Length);
        Assert.Equal(before.Commit, device.Head.Commit);
    }

    [Fact]
    public void Look_ReminderFired_IsNoLongerArmed()
    {
        device.Accept();
        device.Queue.Tamper(device.Head with { Armed = 5 });

        device.Queue.Do(new LookAtClock(false));
        Assert.Equal(5, device.Head.Armed);
        device.Queue.Do(new LookAtClock(true));
        Assert.Null(device.Head.Armed);
    }

    [Fact]
    public void Look_ExpiredCommandsInSegments_EndAfterFewLooks()
    {
        var expires = device.Queue.Now.AddMinutes(1);
        var ids = Enumerable.Range(0, 40).Select(i => device.Accept(device.NewCommand(priority: i % 3) with { ExpiresAt = i % 2 == 0 ? expires : null })).ToList();
        Assert.Equal(expires.ToUnixTimeMilliseconds(), device.Head.Deadline());
        device.Pass(TimeSpan.FromMinutes(1));

        device.LookAtClock();

        Assert.Equal(20, device.Head.Waiting);
        Assert.All(ids.Where((_, i) => i % 2 == 0), id => Assert.Equal(CommandState.Expired, device.StateOf(id)));
        Assert.All(ids.Where((_, i) => i % 2 == 1), id => Assert.Equal(CommandState.Queued, device.StateOf(id)));
        Assert.Equal(device.Queue.Now.AddDays(14).AddMinutes(-1).ToUnixTimeMilliseconds(), device.Head.Deadline());
    }

    [Fact]
    public void Look_ManyExpiredSegments_TakesUpTwoAtATime()
    {
        device.AcceptMany(60, () => device.NewCommand() with { ExpiresAt = device.Queue.Now.AddMinutes(1) });
        device.Pass(TimeSpan.FromMinutes(1));

        device.Queue.Do(new LookAtClock(false));

        Assert.InRange(device.Queue.LastCost.Reads, 1, 4);
        Assert.InRange(device.Head.Waiting, 30, 59);
    }

    [Fact]
    public void Deadline_OfAnEmptyQueue_IsNever() => Assert.Null(device.Head.Deadline());

    [Fact]
    public void Deadline_OfEverythingThatCanEnd_IsTheEarliest()
    {
        var now = device.Queue.NowMs;
        var session = device.Open(TimeSpan.FromHours(8));
        Assert.Equal(now + 28_800_000, device.Head.Deadline());

        device.Accept(device.NewCommand() with { SessionId = session, RequiresApproval = true, ExpiresAt = device.Queue.Now.AddHours(7) });
        Assert.Equal(now + 25_200_000, device.Head.Deadline());

        device.Accept(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddHours(6), TimeoutMs = 3_600_000 });
        Assert.Equal(now + 21_600_000, device.Head.Deadline());

        device.ClaimOne(TimeSpan.FromHours(2));
        Assert.Equal(now + 3_600_000, device.Head.Deadline());
    }
}
