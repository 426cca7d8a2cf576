using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>The embedded sidecar, in this process and in real time.</summary>
public sealed class EmbeddedSidecar : SidecarUnderTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sidecar-conformance-");
    private SidecarHost? host;

    /// <inheritdoc/>
    public override async Task<Uri> StartAsync(SidecarSetup setup, int appPort)
    {
        string resources = folder.CreateSubdirectory("resources").FullName;
        string components = Component("store", "state.in-memory", ("actorStateStore", "true"))
            + Component("ps", "pubsub.in-memory")
            + string.Concat(setup.PubSubs.Select(more => Component(more.Key, "pubsub.in-memory", more.Value)));
        await File.WriteAllTextAsync(Path.Combine(resources, "components.yaml"), components);
        if (setup.Resources.Length > 0) await File.WriteAllTextAsync(Path.Combine(resources, "more.yaml"), setup.Resources);
        string configuration = Path.Combine(folder.FullName, "config.yaml");
        if (setup.Configuration is not null) await File.WriteAllTextAsync(configuration, setup.Configuration);
        host = await SidecarHost.StartAsync(
            new SidecarOptions
            {
                AppId = AppId,
                AppPort = appPort,
                HttpPort = 0,
                ResourcesPaths = [resources],
                DataPath = Path.Combine(folder.FullName, "data"),
                ConfigPath = setup.Configuration is null ? null : configuration,
            },
            null,
            TimeProvider.System,
            CancellationToken.None);
        await host.Ready.WaitAsync(Limit);
        return host.HttpAddress;
    }

    /// <inheritdoc/>
    public override async Task StopAsync()
    {
        if (host is not null) await host.DisposeAsync().AsTask().WaitAsync(Limit);
        host = null;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }
}
