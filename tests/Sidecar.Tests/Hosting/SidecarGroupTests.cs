using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>Several sidecars in one process: what they share, and what becomes of one whose app goes and comes back.</summary>
public sealed class SidecarGroupTests : IAsyncDisposable
{
    private readonly EmbeddedGroup group = new();

    [Fact]
    public async Task State_IsSharedByProcessesOfOneAppId_AndOnlyByThem()
    {
        await group.OpenAsync("one", "one", "two");
        for (int index = 0; index < 3; index++) await group.JoinAsync(index);
        (await group[0].PostAsync("/v1.0/state/store", """[{"key":"k","value":1}]""")).IsNoContent();
        (await group[1].GetAsync("/v1.0/state/store/k")).IsJson("1");
        (await group[2].GetAsync("/v1.0/state/store/k")).IsNoContent();
    }

    [Fact]
    public async Task AppThatCameBack_IsAskedAnewForWhatItDeclares()
    {
        await group.OpenAsync("one");
        await group.JoinAsync(0, """{"entities":["Old"]}""", """[{"pubsubname":"ps","topic":"old","route":"/old"}]""");
        await group.LeaveAsync(0);
        (await group[0].GetAsync("/v1.0/healthz")).IsError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]");
        (await group[0].PostAsync("/v1.0/state/store", """[{"key":"k","value":1}]""")).IsNoContent();

        ScriptedApp back = await group.JoinAsync(0, """{"entities":["New"]}""", """[{"pubsubname":"ps","topic":"new","route":"/new"}]""");
        Assert.Equal(1, back.CountCallsTo("/dapr/config"));
        Assert.Equal(1, back.CountCallsTo("/dapr/subscribe"));
        await group[0].PostAsync("/v1.0/publish/ps/new", "1");
        await group[0].PostAsync("/v1.0/publish/ps/old", "1");
        await back.CallsToAsync("/new");
        Assert.Equal(0, back.CountCallsTo("/old"));
        Assert.Equal(200, (int)(await group[0].SendAsync("PUT", "/v1.0/actors/New/1/method/x")).Status);
        string metadata = (await group[0].GetAsync("/v1.0/metadata")).Body;
        Assert.Contains("""[{"type":"New","count":1}]""", metadata, StringComparison.Ordinal);
        Assert.DoesNotContain("old", metadata, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AppIsGone_AndBackAtOnce_IsNoticed()
    {
        await group.OpenAsync("one");
        ScriptedApp before = await group.JoinAsync(0, """{"entities":["M"]}""");
        await group[0].SendAsync("PUT", "/v1.0/actors/M/1/method/x");
        await before.DisposeAsync();
        await using ScriptedApp after = new();
        after.On("/dapr/config", AppReply.Json("""{"entities":["M"]}""")).On("/dapr/subscribe", new AppReply(404));
        await after.ListenAsync(before.Port);
        await after.CallsToAsync("/dapr/subscribe");
    }

    [Fact]
    public async Task Shutdown_OfOne_IsItsOwn()
    {
        await group.OpenAsync("one", "one");
        await group.JoinAsync(0);
        await group.JoinAsync(1);
        (await group[0].PostAsync("/v1.0/shutdown", null)).IsNoContent();
        await group.Sidecars[0].ShutdownRequested;
        Assert.False(group.Sidecars[1].ShutdownRequested.IsCompleted);
        await group.Sidecars[0].StopAsync(CancellationToken.None);
        (await group[1].GetAsync("/v1.0/healthz")).IsNoContent();
        (await group[1].PostAsync("/v1.0/state/store", """[{"key":"k","value":1}]""")).IsNoContent();
    }

    [Fact]
    public async Task Start_WithTwoDataFolders_IsRefused()
    {
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(() => SidecarGroup.StartAsync(
            [new SidecarOptions { AppId = "a", HttpPort = 0, DataPath = "x" }, new SidecarOptions { AppId = "a", HttpPort = 0, DataPath = "y" }],
            null, null, TestContext.Current.CancellationToken));
        Assert.Equal("the sidecars of one process share one data folder, so all must name the same", error.Message);
    }

    [Fact]
    public async Task Component_ThatNamesTheAppId_IsOpenedForEach()
    {
        string folder = TestSidecar.NewFolder();
        TestSidecar.WriteComponents(folder, TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "{appID}.db")));
        await using (await SidecarGroup.StartAsync([Options("a"), Options("b"), Options("b")], null, null, TestContext.Current.CancellationToken))
            Assert.Equal(["a.db", "b.db"], Directory.EnumerateFiles(folder, "?.db").Select(Path.GetFileName).Order());
        Directory.Delete(folder, recursive: true);

        SidecarOptions Options(string appId) =>
            new() { AppId = appId, HttpPort = 0, DataPath = folder, ResourcesPaths = [TestSidecar.ResourcesOf(folder)] };
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();
}
