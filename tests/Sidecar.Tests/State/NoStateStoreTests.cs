using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>What is said about state stores that are not usable.</summary>
public sealed class NoStateStoreTests
{
    [Fact]
    public async Task NoStoreAtAll_Is500()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        (await sidecar.Caller.GetAsync("/v1.0/state/x/k")).IsError(500, "ERR_STATE_STORE_NOT_CONFIGURED", "state store x is not configured");
    }

    [Fact]
    public async Task TwoActorStores_AreRefused()
    {
        string components = TestSidecar.Component("a", "state.in-memory", "", ("actorStateStore", "true"))
            + TestSidecar.Component("b", "state.in-memory", "", ("actorStateStore", "true"));
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(components));
        Assert.EndsWith("component 'b' (state.in-memory/v1): actorStateStore is \"true\" here and in the component 'a'; only one store may hold actors", error.Message);
    }
}
