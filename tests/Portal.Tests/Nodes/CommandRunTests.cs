using System.Net;
using Gateway.Portal.Api;
using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Portal.Tests.Nodes;

public sealed class CommandRunTests : IDisposable
{
    private static readonly NewTask Ping = new("ping", null, "normal", 600, "portal-1");

    private readonly ManualTimeProvider time = new();
    private IDisposable? page;

    public void Dispose() => page?.Dispose();

    [Fact]
    public async Task Run_OnDevices_SendsEachItsTaskOnceAndFollowsItToItsEnd()
    {
        var (farm, desk) = Desk(devices: 5);
        var run = desk.Start(Ping, ["device-3", "device-1", "device-3", "device-2"]);
        Assert.Same(run, desk.Start(Ping, ["device-5"]));
        await EndAsync(run);
        Assert.Equal(["device-1", "device-2", "device-3"], run.Targets.Select(target => target.DeviceId));
        Assert.Equal(3, run.Count(RunState.Completed));
        Assert.Equal(["device-1", "device-2", "device-3"], farm.Tasks.Select(task => task.Device).Order(StringComparer.Ordinal));
        Assert.Same(run, desk.Run("portal-1"));
        Assert.Null(desk.Run("portal-2"));
    }

    [Fact]
    public async Task Run_WhoseAnswersAreLost_SendsAgainWithTheSameKeyAndRunsOnce()
    {
        var (farm, desk) = Desk(devices: 1);
        var lost = 0;
        farm.After = asked =>
        {
            if (asked.EndsWith("/command", StringComparison.Ordinal) && ++lost <= 2) throw new HttpRequestException("The answer is lost.");
        };
        var run = desk.Start(Ping, ["device-1"]);
        await EndAsync(run);
        Assert.Equal(RunState.Completed, Assert.Single(run.Targets).State);
        Assert.Single(farm.Tasks);
        Assert.Equal(3, lost);
    }

    [Fact]
    public async Task Run_OfMoreThanAMinutesRequests_TakesItsTimeAndLeavesRoomForAPress()
    {
        var (farm, desk) = Desk(devices: 150);
        farm.Limit = 100;
        var run = desk.Start(Ping, Enumerable.Range(1, 150).Select(number => $"device-{number}"));
        var wasHeld = false;
        run.Changed += () => wasHeld |= run.HeldUntil is not null;
        await EndAsync(run);
        Assert.Equal(150, run.Count(RunState.Completed));
        Assert.Equal(0, farm.Limited);
        Assert.InRange(farm.LeastLeft, 5, 60);
        Assert.True(wasHeld);
        Assert.Null(run.HeldUntil);
    }

    [Fact]
    public async Task Run_ThatIsCancelled_CancelsWhatWaitsAndSendsNoMore()
    {
        var (farm, desk) = Desk(devices: 3);
        farm.WorkTakes = null;
        farm.Instead = asked => asked.Contains("device-3/command", StringComparison.Ordinal) ? StubFarm.Error(HttpStatusCode.ServiceUnavailable, "SRV_002", "Temporarily unavailable") : null;
        var run = desk.Start(Ping, ["device-1", "device-2", "device-3"]);
        await VirtualTime.UntilAsync(time, () => run.Count(RunState.Queued) == 2);
        Assert.False(run.IsOver);
        run.Cancel();
        await EndAsync(run);
        Assert.Equal(3, run.Count(RunState.Cancelled));
        Assert.Equal(["device-1", "device-2"], farm.Tasks.Where(task => task.IsCancelled).Select(task => task.Device).Order(StringComparer.Ordinal));
        Assert.Equal(2, farm.Tasks.Count);
    }

    [Fact]
    public async Task Run_CancelledWhileInDoubtWhetherItWasAccepted_FindsItAndCancelsIt()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.WorkTakes = null;
        var isLost = true;
        farm.After = asked =>
        {
            if (isLost && asked.EndsWith("/command", StringComparison.Ordinal)) throw new HttpRequestException("The answer is lost.");
        };
        var run = desk.Start(Ping, ["device-1"]);
        await VirtualTime.UntilAsync(time, () => run.Targets[0].IsInDoubt);
        run.Cancel();
        isLost = false;
        await EndAsync(run);
        Assert.Equal(RunState.Cancelled, run.Targets[0].State);
        Assert.True(Assert.Single(farm.Tasks).IsCancelled);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "BIZ_003", "Task queue full")]
    [InlineData(HttpStatusCode.NotFound, "RES_002", "Device not found")]
    [InlineData(HttpStatusCode.Unauthorized, "AUTH_001", "not this server's")]
    public async Task Run_ThatIsRefusedByADevice_FailsThereAndSaysWhy(HttpStatusCode status, string code, string said)
    {
        var (farm, desk) = Desk(devices: 2);
        farm.Instead = asked => asked.Contains("device-1/command", StringComparison.Ordinal) ? StubFarm.Error(status, code, said) : null;
        var run = desk.Start(Ping, ["device-1", "device-2"]);
        await EndAsync(run);
        Assert.Equal(RunState.Failed, run.Targets[0].State);
        Assert.Contains(said, run.Targets[0].Reason, StringComparison.Ordinal);
        Assert.Equal(RunState.Completed, run.Targets[1].State);
    }

    [Fact]
    public async Task Run_ThatEndedBeforeItCouldBeCancelled_ShowsHowItEnded()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.WorkTakes = TimeSpan.FromMinutes(1);
        var run = desk.Start(Ping, ["device-1"]);
        await VirtualTime.UntilAsync(time, () => run.Count(RunState.Running) == 1);
        farm.Instead = asked => asked.EndsWith("/cancel", StringComparison.Ordinal) ? StubFarm.Error(HttpStatusCode.Conflict, "BIZ_005", "The task has ended") : null;
        run.Cancel();
        await EndAsync(run);
        Assert.Equal(RunState.Completed, run.Targets[0].State);
    }

    [Fact]
    public async Task Run_WhosePageIsLeft_IsSentAllTheSameAndFollowedOnceItIsBack()
    {
        var (farm, desk) = Desk(devices: 2);
        await VirtualTime.UntilAsync(time, () => desk.Farm.SeenAt is not null);
        page!.Dispose();
        var run = desk.Start(Ping, ["device-1", "device-2"]);
        await VirtualTime.UntilAsync(time, () => farm.Tasks.Count == 2);
        var (asked, at) = (0, time.GetUtcNow());
        await VirtualTime.UntilAsync(time, () =>
        {
            if (time.GetUtcNow() - at < TimeSpan.FromSeconds(30)) asked = farm.Requests.Count;
            return time.GetUtcNow() - at > TimeSpan.FromMinutes(10);
        });
        Assert.Equal(asked, farm.Requests.Count);
        Assert.False(run.IsOver);
        using var back = desk.Watch(desk.Farm, static () => { });
        await EndAsync(run);
        Assert.Equal(2, run.Count(RunState.Completed));
    }

    [Fact]
    public async Task Run_WhoseTokenIsRefusedMeanwhile_Ends()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.WorkTakes = null;
        var run = desk.Start(Ping, ["device-1"]);
        // Asked for once, so that only another look would be worth a second time.
        await VirtualTime.UntilAsync(time, () => run.Targets[0].Vain > 0);
        farm.Instead = _ => StubFarm.Error(HttpStatusCode.Unauthorized, "AUTH_001", "Invalid or expired token");
        await EndAsync(run);
        Assert.Contains("not this server's", run.Targets[0].Reason, StringComparison.Ordinal);
    }

    private (StubFarm Farm, OperatorDesk Desk) Desk(int devices)
    {
        var farm = new StubFarm(time, devices);
        var desk = new OperatorDesks(farm, time).For("the-token");
        page = desk.Watch(desk.Farm, static () => { });
        return (farm, desk);
    }

    private Task EndAsync(CommandRun run) => VirtualTime.UntilAsync(time, () => run is { IsOver: true, HeldUntil: null });
}
