using System.Globalization;

namespace Gateway.TestKit.Daprd;

/// <summary>
/// A running <c>daprd</c> of a <see cref="DaprStack"/>. A start after <see cref="KillAsync"/> or <see cref="StopAsync"/> has the same
/// ports and settings. Disposing kills it.
/// </summary>
public sealed class DaprdProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly DaprStack stack;
    private readonly DaprdOptions options;
    private readonly IReadOnlyList<string> configurations;
    private readonly int internalPort = FreePort.Next();
    private ServerProcess? server;

    internal DaprdProcess(DaprStack stack, DaprdOptions options, IReadOnlyList<string> configurations)
    {
        this.stack = stack;
        this.options = options;
        this.configurations = configurations;
    }

    public string AppId => options.AppId;

    public int HttpPort { get; } = FreePort.Next();

    public int GrpcPort { get; } = FreePort.Next();

    public Uri HttpAddress => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPort}/"));

    public Uri GrpcAddress => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{GrpcPort}/"));

    /// <summary>The last lines of its log.</summary>
    public string LogTail => server?.Tail ?? "";

    public bool HasExited => server?.HasExited ?? true;

    /// <summary>Starts it, again after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        server = await ServerProcess.StartAsync(DaprStack.Program("daprd"), Arguments(), options.Environment);
        if (options.WaitUntilReady) await WaitUntilReadyAsync(cancellationToken);
        else await WaitForHealthAsync("v1.0/healthz/outbound", cancellationToken);
    }

    /// <summary>Waits until <c>/v1.0/healthz</c> answers 204.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => WaitForHealthAsync("v1.0/healthz", cancellationToken);

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (server is not null) await server.DisposeAsync();
        server = null;
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (server is not null) await server.StopAsync();
        await KillAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> ExitCodeAsync() => await (server ?? throw new InvalidOperationException("It does not run.")).ExitCodeAsync();

    /// <summary>Halts it without ending it (SIGSTOP), until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => server?.PauseAsync() ?? Task.CompletedTask;

    public Task ResumeAsync() => server?.ResumeAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync() => await KillAsync();

    private Task WaitForHealthAsync(string path, CancellationToken cancellationToken) =>
        server!.WaitUntilAsync(stop => DaprStack.IsHealthyAsync(new Uri(HttpAddress, path), stop), StartLimit, cancellationToken);

    private IEnumerable<string> Arguments()
    {
        yield return "--app-id";
        yield return AppId;
        if (options.AppPort is { } appPort)
        {
            yield return "--app-port";
            yield return Text(appPort);
        }

        if (options.ResourcesPath is not null)
        {
            yield return "--resources-path";
            yield return options.ResourcesPath;
        }

        string[] rest =
        [
            .. configurations.SelectMany(path => new[] { "--config", path }), "--enable-metrics=false", "--dapr-listen-addresses", "127.0.0.1",
            "--dapr-http-port", Text(HttpPort), "--dapr-grpc-port", Text(GrpcPort),
            "--dapr-internal-grpc-listen-address", "127.0.0.1", "--dapr-internal-grpc-port", Text(internalPort),
            "--placement-host-address", stack.PlacementAddress, "--scheduler-host-address", stack.SchedulerAddress,
            .. options.Arguments,
        ];
        foreach (string argument in rest) yield return argument;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
