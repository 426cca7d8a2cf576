using Dapr.Client;

namespace Gateway.Dapr.Tests.Kit;

/// <summary>A test with a scripted sidecar and a client of it.</summary>
public abstract class SidecarTest : IAsyncLifetime
{
    internal ScriptedSidecar Sidecar { get; private set; } = null!;

    protected DaprClient Client { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Sidecar = await ScriptedSidecar.StartAsync();
        Client = Builder().Build();
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Sidecar.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected DaprClientBuilder Builder() => new DaprClientBuilder().UseHttpEndpoint(Sidecar.Endpoint).UseDaprApiToken(string.Empty);
}
