using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>A scripted app and the sidecar beside it, shared by the tests of a class: each uses actors and topics of its own.</summary>
public abstract class AppFixture<TSidecar>(SidecarSetup setup) : IAsyncLifetime
    where TSidecar : SidecarUnderTest, new()
{
    private int next;

    public TSidecar Subject { get; } = new();

    public SidecarCaller Sidecar { get; private set; } = null!;

    internal ScriptedApp App { get; private set; } = null!;

    /// <summary>A number that no other test of the class has.</summary>
    public int NewNumber() => Interlocked.Increment(ref next);

    public async ValueTask InitializeAsync()
    {
        if (Subject.Missing is not null) return;
        await StartAppAsync(0);
        await StartSidecarAsync();
    }

    public async Task StartSidecarAsync() => Sidecar = new SidecarCaller(await Subject.StartAsync(setup, App.Port));

    public async Task StopSidecarAsync()
    {
        Sidecar.Dispose();
        await Subject.StopAsync();
    }

    public ValueTask StopAppAsync() => App.DisposeAsync();

    /// <summary>Starts the app on a port, or on any free one (0), with nothing seen yet.</summary>
    public async Task StartAppAsync(int port)
    {
        App = await ScriptedApp.StartAsync(port);
        App.On("/dapr/config", setup.Config is null ? new AppReply(404) : AppReply.Json(setup.Config));
        Script(App);
        App.On("/dapr/subscribe", setup.Subscribe is null ? new AppReply(404) : AppReply.Json(setup.Subscribe) with { Status = setup.SubscribeStatus });
    }

    /// <summary>What the app is told before the sidecar is there.</summary>
    private protected virtual void Script(ScriptedApp app)
    {
    }

    public async ValueTask DisposeAsync()
    {
        if (Subject.Missing is null)
        {
            await StopSidecarAsync();
            await App.DisposeAsync();
        }

        await Subject.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
