using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gateway.Actors.Hosting;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Sidecar.Hosting;
using Gateway.Storage.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Rig;

/// <summary>
/// The app <c>gateway-actors</c> and the embedded sidecar with the components that Gateway comes with, over real HTTP in one
/// process and one temporary folder; the app's calls to the sidecar pass through <see cref="Traffic"/>.
/// </summary>
public sealed class GatewayRig : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gateway-actors-test-");
    private readonly List<WebApplication> replicas = [];
    private SidecarHost? sidecar;
    private WebApplication? app;

    public const string ReplicaId = "replica-1";

    /// <summary>What the sidecar shows to the app.</summary>
    public string AppToken { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    public Uri AppAddress { get; private set; } = null!;

    public Uri SidecarAddress => sidecar!.HttpAddress;

    public IServiceProvider Services => app!.Services;

    public ICommandQueue Queue => Services.GetRequiredService<ICommandQueue>();

    internal Traffic Traffic { get; private set; } = null!;

    internal HistoryTap History => Services.GetRequiredService<HistoryTap>();

    internal StateFile State => new(Path.Combine(DataPath, "state.db"));

    private string DataPath => Path.Combine(folder.FullName, "data");

    public async ValueTask InitializeAsync() => await StartAsync();

    public async Task StartAsync()
    {
        var port = FreePort();
        AppAddress = new Uri($"http://127.0.0.1:{port}");
        Traffic = await Traffic.StartAsync();
        sidecar = await SidecarHost.StartAsync(
            new SidecarOptions
            {
                AppId = "gateway-actors",
                AppPort = port,
                HttpPort = 0,
                ResourcesPaths = [ComponentsPath()],
                DataPath = DataPath,
                AppApiToken = AppToken,
            },
            null, TimeProvider.System, CancellationToken.None);
        Traffic.Target = sidecar.HttpAddress;

        app = Build(ReplicaId, port, "actors");
        app.UseRouting();
        app.UseAppPort(port, AppToken);
        app.UseCloudEvents();
        app.MapGatewayBackend();
        await app.StartAsync();
        await sidecar.Ready.WaitAsync(Limit);
    }

    /// <summary>Another replica's queues on the same sidecar; it is told of nothing, but tells others.</summary>
    public async Task<ICommandQueue> StartReplicaAsync(string id)
    {
        var replica = Build(id, FreePort(), "api");
        replicas.Add(replica);
        await replica.StartAsync();
        return replica.Services.GetRequiredService<ICommandQueue>();
    }

    public async Task StopAsync()
    {
        foreach (var replica in replicas) await replica.DisposeAsync();
        replicas.Clear();
        if (app is not null) await app.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        if (Traffic is not null) await Traffic.DisposeAsync();
        (app, sidecar) = (null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }

    public async Task<string> EnqueueAsync(string device, string parameters = "{}", DateTimeOffset? expires = null, string? session = null)
    {
        var outcome = await Queue.ExecuteAsync(device, NewCommand() with { Parameters = parameters, ExpiresAt = expires, SessionId = session }, TestContext.Current.CancellationToken);
        Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
        return outcome.CommandId!;
    }

    public async Task<ClaimedCommand> ClaimAsync(string device, TimeSpan? visibility = null)
    {
        var outcome = await Queue.ExecuteAsync(device, NewClaim(visibility), TestContext.Current.CancellationToken);
        return Assert.Single(outcome.Commands);
    }

    /// <summary>Extends a claim past its first end, however quickly it comes after the claim.</summary>
    public async Task ExtendAsync(string device, ClaimedCommand command) => Assert.Equal(
        ClaimStatus.Live,
        (await Queue.ExecuteAsync(device, new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(6)), TestContext.Current.CancellationToken)).Status);

    public async Task ResultAsync(string device, ClaimedCommand command, string output = "done") => Assert.Equal(
        ResultStatus.Accepted, (await Queue.ExecuteAsync(device, NewResult(command, output), TestContext.Current.CancellationToken)).Status);

    public Task<QueueHead> FlushAsync(string device) => Queue.FlushAsync(device, TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<QueueEvent>> EventsAsync(string device) =>
        Services.GetRequiredService<IHistoryReader>().ListEventsAsync(device, 0, 1_000, TestContext.Current.CancellationToken);

    public static Enqueue NewCommand() => new()
    {
        Type = "t",
        Parameters = "{}",
        By = "customer:c",
        Entropy = RandomNumberGenerator.GetBytes(10),
    };

    public static ClaimCommands NewClaim(TimeSpan? visibility = null) => new()
    {
        Tokens = [Guid.NewGuid().ToString("N")],
        Visibility = visibility ?? TimeSpan.FromMinutes(5),
        By = "device:d",
    };

    public static SubmitResult NewResult(ClaimedCommand command, string output) => new()
    {
        CommandId = command.Id,
        Token = command.Token,
        State = Core.Commands.CommandState.Completed,
        Status = "success",
        Output = output,
        ExecutedAt = 1,
        DurationMs = 2,
        By = "device:d",
    };

    private WebApplication Build(string replicaId, int port, string roles)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ContentRootPath = folder.FullName });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Roles"] = roles,
            ["Gateway:AppPort"] = $"{port}",
            ["Gateway:DataPath"] = DataPath,
            ["Gateway:Queue:ReplicaId"] = replicaId,
            ["ConnectionStrings:Gateway"] = null,
            ["DAPR_HTTP_ENDPOINT"] = Traffic.Address.ToString(),
            ["DAPR_API_TOKEN"] = "",
        });
        builder.Logging.ClearProviders();
        builder.AddGatewayBackend(builder.AddGatewayOptions());
        var history = builder.Services.Last(service => service.ServiceType == typeof(ICommandHistory));
        builder.Services.Remove(history);
        builder.Services.AddSingleton(provider =>
            new HistoryTap((ICommandHistory)ActivatorUtilities.CreateInstance(provider, history.ImplementationType!)));
        builder.Services.AddSingleton<ICommandHistory>(provider => provider.GetRequiredService<HistoryTap>());
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        return builder.Build();
    }

    /// <summary>A port that was free a moment ago: the sidecar has to know it before the app listens.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string ComponentsPath()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Gateway.sln"))) root = root.Parent!;
        return Path.Combine(root.FullName, "components", "local");
    }
}
