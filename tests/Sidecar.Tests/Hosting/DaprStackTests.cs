using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>That the suites on daprd can trust what they stand on: its parts end, come back, and find each other.</summary>
[Trait("Sidecar", "daprd")]
public sealed class DaprStackTests
{
    [Fact]
    public async Task Stack_WhosePartsAreKilledAndStartedAgain_Works()
    {
        await using DaprStack stack = await DaprStack.StartAsync();
        await using TestApp app = await TestApp.StartAsync();
        DaprdProcess one = await stack.StartSidecarAsync(new DaprdOptions { AppId = "one", AppPort = app.Port });
        DaprdProcess two = await stack.StartSidecarAsync(new DaprdOptions { AppId = "two" });
        using var caller = new SidecarCaller(two.HttpAddress);
        Assert.Equal(200, (int)(await caller.GetAsync("/v1.0/invoke/one/method/x")).Status);

        await one.KillAsync();
        Assert.Equal(500, (int)(await caller.GetAsync("/v1.0/invoke/one/method/x")).Status);
        await one.StartAsync();
        Assert.Equal(200, (int)(await caller.GetAsync("/v1.0/invoke/one/method/x")).Status);

        await stack.KillSchedulerAsync();
        await stack.StartSchedulerAsync();
        await stack.KillPlacementAsync();
        await stack.StartPlacementAsync();
        await stack.Redis.KillAsync();
        await stack.Redis.StartAgainAsync();
        await one.StopAsync();
    }
}
