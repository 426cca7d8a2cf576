using System.Net;
using Gateway.Portal.Api;
using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Portal.Tests.Nodes;

public sealed class OperatorDeskTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Looks_ForManyPages_AreAsManyAsForOne()
    {
        var (farm, desk) = Desk(devices: 3);
        farm.Limit = 100;
        var (first, second) = (0, 0);
        using var one = desk.Watch(desk.Farm, () => first++);
        using var other = desk.Watch(desk.Farm, () => second++);
        var began = time.GetUtcNow();
        await UntilAsync(() => time.GetUtcNow() - began > TimeSpan.FromMinutes(1) && second > 3);
        Assert.Equal("node-1", Assert.Single(desk.Farm.Value!.Nodes).Id);
        Assert.Equal(3, desk.Farm.Value.Devices.Count);
        // One look has two requests, and the second page's coming made one at once.
        Assert.InRange(farm.Requests.Count, 8, (40 * (time.GetUtcNow() - began).TotalMinutes) + 4);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(1_000, 60)]
    [InlineData(100, 20)]
    [InlineData(10, 2)]
    public async Task Looks_InAMinute_AreAsManyAsTheLimitAllows(int limit, int looks)
    {
        var (farm, desk) = Desk(devices: 1);
        farm.Limit = limit;
        var seen = 0;
        using var watch = desk.Watch(desk.Farm, () => seen++);
        var began = time.GetUtcNow();
        await UntilAsync(() => seen >= looks);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromSeconds(55 - (60.0 / looks)), TimeSpan.MaxValue);
        Assert.Equal(0, farm.Limited);
    }

    [Fact]
    public async Task Looks_OnceNobodyWatches_End()
    {
        var (farm, desk) = Desk(devices: 1);
        var watch = desk.Watch(desk.Farm, static () => { });
        await UntilAsync(() => desk.Farm.SeenAt is not null);
        watch.Dispose();
        watch.Dispose();
        await UntilAsync(() => time.ArmedTimers == 0);
        var asked = farm.Requests.Count;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(asked, farm.Requests.Count);

        using var again = desk.Watch(desk.Farm, static () => { });
        await UntilAsync(() => farm.Requests.Count > asked);
    }

    [Fact]
    public async Task Looks_WithATokenThatIsRefused_AreFewAndSaySo()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.Instead = _ => StubFarm.Error(HttpStatusCode.Unauthorized, "AUTH_001", "Invalid or expired token");
        var looks = 0;
        using var watch = desk.Watch(desk.Farm, () => looks++);
        var began = time.GetUtcNow();
        await UntilAsync(() => looks == 3);
        Assert.Equal(ProblemKind.SignedOut, desk.Farm.Problem!.Kind);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromMinutes(2), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Looks_WhenTheLimitIsReached_WaitAndSaySo()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.Limit = 100;
        // Somebody else uses up the minute.
        for (var i = 0; i < 101; i++) (await desk.Client.DeviceAsync("device-1", CancellationToken.None)).ToString();
        var refused = await desk.Client.DeviceAsync("device-1", CancellationToken.None);
        Assert.Equal((ProblemKind.Unavailable, "RATE_001"), (refused.Problem!.Kind, refused.Problem.Code));
        Assert.Contains("100 requests", refused.Problem.Message, StringComparison.Ordinal);
        Assert.InRange(desk.Budget.BeforeLooking(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        var told = 0;
        using var watch = desk.Watch(desk.Farm, () => told++);
        await UntilAsync(() => told > 0);
        await UntilAsync(() => desk.Farm.SeenAt is not null);
    }

    [Fact]
    public async Task Budget_AfterAnEmergencyAction_IsThatOfAllOtherRequests()
    {
        var (farm, desk) = Desk(devices: 1);
        farm.Limit = 5;
        for (var i = 0; i < 5; i++) Assert.NotNull((await desk.Client.SoftResetAsync("node-1", "slow", CancellationToken.None)).Value);
        Assert.Equal(TimeSpan.Zero, desk.Budget.BeforeLooking());
    }

    private (StubFarm Farm, OperatorDesk Desk) Desk(int devices)
    {
        var farm = new StubFarm(time, devices);
        return (farm, new OperatorDesks(farm, time).For("the-token"));
    }

    private Task UntilAsync(Func<bool> isSo) => VirtualTime.UntilAsync(time, isSo);
}
