using System.Globalization;
using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>Real daprd.</summary>
public sealed class DaprdSidecars(DaprdFixture daprd) : Sidecars
{
    public override async Task<IRunningSidecar> StartAsync(SidecarSettings settings)
    {
        DaprStack.Require();
        string folder = TestSidecar.NewFolder();
        TestSidecar.WriteComponents(folder, settings.Components);
        var environment = new Dictionary<string, string>
        {
            [Variable.Name] = Variable.Value,
            [HiddenVariable.Name] = HiddenVariable.Value,
        };
        if (settings.DaprApiToken is not null) environment["DAPR_API_TOKEN"] = settings.DaprApiToken;
        if (settings.AppApiToken is not null) environment["APP_API_TOKEN"] = settings.AppApiToken;
        List<string> arguments = [];
        if (settings.MaxBodyKib is { } kib) arguments.AddRange(["--max-body-size", Text(kib) + "Ki"]);
        if (settings.AppMaxConcurrency is { } most) arguments.AddRange(["--app-max-concurrency", Text(most)]);
        if (settings.AppHealthPath is { } path)
        {
            arguments.AddRange(
            [
                "--enable-app-health-check", "--app-health-check-path", path, "--app-health-probe-interval", "1", "--app-health-threshold", "1",
            ]);
        }

        DaprdProcess process = await daprd.Stack.StartSidecarAsync(
            new DaprdOptions
            {
                AppId = SidecarSettings.AppId,
                AppPort = settings.AppPort,
                ResourcesPath = TestSidecar.ResourcesOf(folder),
                Configuration = settings.Configuration,
                Arguments = arguments,
                Environment = environment,
                WaitUntilReady = settings.WaitUntilReady,
            },
            TestContext.Current.CancellationToken);
        return new Running(process, folder);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Running(DaprdProcess process, string folder) : IRunningSidecar
    {
        public SidecarCaller Caller { get; } = new(process.HttpAddress);

        public Task WaitUntilReadyAsync() => process.WaitUntilReadyAsync(TestContext.Current.CancellationToken);

        public Task EndsAsync() => process.ExitCodeAsync();

        public async ValueTask DisposeAsync()
        {
            Caller.Dispose();
            await process.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
