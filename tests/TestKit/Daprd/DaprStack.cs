using System.Globalization;
using System.Net;
using Xunit;

namespace Gateway.TestKit.Daprd;

/// <summary>
/// Real Dapr on free ports of 127.0.0.1: Redis, placement, scheduler, and any number of <c>daprd</c> beside apps of the test. The
/// programs come from the folder that the environment variable <c>DAPRD_BIN</c> names; without it, whoever asks for one is skipped.
/// Tests that use it carry <c>[Trait("Sidecar", "daprd")]</c>. Works as a class or collection fixture (it starts nothing without
/// <c>DAPRD_BIN</c>) and by <see cref="StartAsync"/>. Disposing kills all by process id and deletes the folder.
/// </summary>
public sealed class DaprStack : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly int placementPort = FreePort.Next();
    private readonly int placementHealthPort = FreePort.Next();
    private readonly int placementRaftPort = FreePort.Next();
    private readonly int schedulerPort = FreePort.Next();
    private readonly int schedulerHealthPort = FreePort.Next();
    private readonly int etcdClientPort = FreePort.Next();
    private readonly int etcdPeerPort = FreePort.Next();
    private readonly List<DaprdProcess> sidecars = [];
    private RedisServer? redis;
    private ServerProcess? placement;
    private ServerProcess? scheduler;
    private string? folder;

    /// <summary>The folder with <c>daprd</c>, <c>placement</c> and <c>scheduler</c>; null where there is none.</summary>
    public static string? Binaries => Environment.GetEnvironmentVariable("DAPRD_BIN") is { Length: > 0 } path ? path : null;

    public RedisServer Redis => Started(redis);

    /// <summary>A folder of its own for what the tests and the servers keep; gone with the stack.</summary>
    public string Folder => Started(folder);

    /// <summary>The last lines of the log of placement and of scheduler.</summary>
    public string LogTail => $"placement:\n{placement?.Tail}\nscheduler:\n{scheduler?.Tail}";

    internal string PlacementAddress => Address(placementPort);

    internal string SchedulerAddress => Address(schedulerPort);

    /// <summary>Skips the test where <c>DAPRD_BIN</c> is not set.</summary>
    public static void Require()
    {
        if (Binaries is null) Assert.Skip("DAPRD_BIN does not name a folder with daprd, placement and scheduler.");
    }

    /// <summary>Starts Redis, placement and scheduler.</summary>
    public static async Task<DaprStack> StartAsync()
    {
        Require();
        var stack = new DaprStack();
        await stack.InitializeAsync();
        return stack;
    }

    public async ValueTask InitializeAsync()
    {
        if (Binaries is null) return;
        folder = Directory.CreateTempSubdirectory("gateway-dapr-").FullName;
        try
        {
            Task<RedisServer> redisStart = RedisServer.StartAsync();
            Task placementStart = StartPlacementAsync();
            Task schedulerStart = StartSchedulerAsync();
            redis = await redisStart;
            await placementStart;
            await schedulerStart;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a <c>daprd</c>. All of one stack find each other by app id.</summary>
    public async Task<DaprdProcess> StartSidecarAsync(DaprdOptions options, CancellationToken cancellationToken = default)
    {
        Require();
        List<string> configurations = [await WriteConfigurationAsync(Names)];
        if (options.Configuration is not null) configurations.Add(await WriteConfigurationAsync(options.Configuration));
        var sidecar = new DaprdProcess(this, options, configurations);
        lock (sidecars) sidecars.Add(sidecar);
        await sidecar.StartAsync(cancellationToken);
        return sidecar;
    }

    /// <summary>Ends the scheduler at once, as a crash would (SIGKILL); its jobs and reminders stay on disk.</summary>
    public async Task KillSchedulerAsync()
    {
        if (scheduler is not null) await scheduler.DisposeAsync();
        scheduler = null;
    }

    /// <summary>Starts the scheduler on the same ports and data, after <see cref="KillSchedulerAsync"/>.</summary>
    public async Task StartSchedulerAsync()
    {
        scheduler = await ServerProcess.StartAsync(Program("scheduler"),
        [
            "--listen-address", "127.0.0.1", "--port", Text(schedulerPort), "--enable-metrics=false",
            "--healthz-listen-address", "127.0.0.1", "--healthz-port", Text(schedulerHealthPort),
            "--etcd-data-dir", Path.Combine(Folder, "etcd"), "--etcd-client-listen-address", "127.0.0.1", "--etcd-client-port", Text(etcdClientPort),
            "--etcd-initial-cluster", $"dapr-scheduler-server-0=http://{Address(etcdPeerPort)}",
            "--override-broadcast-host-port", SchedulerAddress,
        ]);
        await scheduler.WaitUntilAsync(stop => IsHealthyAsync(Health(schedulerHealthPort), stop), StartLimit);
    }

    /// <summary>Ends placement at once, as a crash would (SIGKILL).</summary>
    public async Task KillPlacementAsync()
    {
        if (placement is not null) await placement.DisposeAsync();
        placement = null;
    }

    /// <summary>Starts placement on the same ports, after <see cref="KillPlacementAsync"/>.</summary>
    public async Task StartPlacementAsync()
    {
        placement = await ServerProcess.StartAsync(Program("placement"),
        [
            "--listen-address", "127.0.0.1", "--port", Text(placementPort), "--enable-metrics=false",
            "--initial-cluster", $"dapr-placement-0={Address(placementRaftPort)}",
            "--healthz-listen-address", "127.0.0.1", "--healthz-port", Text(placementHealthPort),
        ]);
        await placement.WaitUntilAsync(stop => IsHealthyAsync(Health(placementHealthPort), stop), StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DaprdProcess sidecar in sidecars) await sidecar.DisposeAsync();
        await KillSchedulerAsync();
        await KillPlacementAsync();
        if (redis is not null) await redis.DisposeAsync();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    internal static string Program(string name) => Path.Combine(Started(Binaries), name);

    internal static async Task<bool> IsHealthyAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await Http.GetAsync(address, cancellationToken);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <remarks>Names go through a file, since daprd's default sends them by multicast.</remarks>
    private string Names =>
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: tests
        spec:
          nameResolution:
            component: sqlite
            version: v1
            configuration:
              connectionString: "{{Path.Combine(Folder, "names.db")}}"
        """;

    private async Task<string> WriteConfigurationAsync(string yaml)
    {
        string path = Path.Combine(Folder, $"config-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(path, yaml);
        return path;
    }

    private static T Started<T>(T? part) where T : class
    {
        Require();
        return part ?? throw new InvalidOperationException("The stack is not started.");
    }

    private static Uri Health(int port) => new($"http://{Address(port)}/healthz");

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
