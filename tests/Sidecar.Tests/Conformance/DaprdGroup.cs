using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>Several real daprd, over one Redis, placement and scheduler.</summary>
public sealed class DaprdGroup : SeveralSidecars
{
    private DaprStack? stack;
    private IReadOnlyList<(string AppId, int Port)> apps = [];
    private DaprdProcess?[] sidecars = [];

    /// <inheritdoc/>
    public override string? Missing => DaprStack.Binaries is null ? "DAPRD_BIN does not name a folder with daprd, placement and scheduler." : null;

    /// <inheritdoc/>
    protected override async Task OpenAsync(IReadOnlyList<(string AppId, int Port)> apps)
    {
        stack = await DaprStack.StartAsync();
        this.apps = apps;
        sidecars = new DaprdProcess?[apps.Count];
        TestSidecar.WriteComponents(
            Folder,
            TestSidecar.Component("store", "state.redis", "", ("redisHost", stack.Redis.Host), ("actorStateStore", "true"))
            + TestSidecar.Component("ps", "pubsub.redis", "", ("redisHost", stack.Redis.Host)));
    }

    /// <inheritdoc/>
    protected override async Task<Uri> StartAsync(int index)
    {
        if (sidecars[index] is { } before) await before.StartAsync(TestContext.Current.CancellationToken);
        else
        {
            sidecars[index] = await stack!.StartSidecarAsync(
                new DaprdOptions { AppId = apps[index].AppId, AppPort = apps[index].Port, ResourcesPath = TestSidecar.ResourcesOf(Folder) },
                TestContext.Current.CancellationToken);
        }

        return sidecars[index]!.HttpAddress;
    }

    /// <inheritdoc/>
    protected override Task EndAsync(int index) => sidecars[index]!.KillAsync();

    /// <inheritdoc/>
    protected override async ValueTask CloseAsync()
    {
        if (stack is not null) await stack.DisposeAsync();
    }
}
