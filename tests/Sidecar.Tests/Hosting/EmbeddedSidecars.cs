using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>The embedded sidecar, in this process and in real time.</summary>
public sealed class EmbeddedSidecars : Sidecars
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public override async Task<IRunningSidecar> StartAsync(SidecarSettings settings)
    {
        Environment.SetEnvironmentVariable(Variable.Name, Variable.Value);
        Environment.SetEnvironmentVariable(HiddenVariable.Name, HiddenVariable.Value);
        string folder = TestSidecar.NewFolder();
        string? configuration = settings.Configuration is null ? null : Path.Combine(folder, "configuration.yaml");
        if (configuration is not null) await File.WriteAllTextAsync(configuration, settings.Configuration);
        TestSidecar sidecar = await TestSidecar.StartAsync(settings.Components, folder: folder, configure: options => new SidecarOptions
        {
            AppId = SidecarSettings.AppId,
            AppPort = settings.AppPort,
            HttpPort = 0,
            ResourcesPaths = options.ResourcesPaths,
            DataPath = folder,
            ConfigPath = configuration,
            DaprApiToken = settings.DaprApiToken,
            AppApiToken = settings.AppApiToken,
            MaxBodySize = settings.MaxBodyKib * 1024 ?? 4 << 20,
            AppMaxConcurrency = settings.AppMaxConcurrency,
            AppHealth = settings.AppHealthPath is null
                ? null
                : new AppHealthOptions { Path = settings.AppHealthPath, Interval = TimeSpan.FromSeconds(1), Threshold = 1 },
        });
        var running = new Running(sidecar);
        if (settings.WaitUntilReady) await running.WaitUntilReadyAsync();
        return running;
    }

    private sealed class Running(TestSidecar sidecar) : IRunningSidecar
    {
        public SidecarCaller Caller => sidecar.Caller;

        public Task WaitUntilReadyAsync() => sidecar.Host.Ready.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        /// <remarks>It ends with its process; here it only says that it is to.</remarks>
        public Task EndsAsync() => sidecar.Host.ShutdownRequested.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => sidecar.DisposeAsync();
    }
}
