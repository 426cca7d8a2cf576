using System.Collections.Concurrent;
using System.Text;
using Dapr.Client;
using Gateway.Actors.Hosting.Health;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Auth.HiddenQueries;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Output;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Health;
using Gateway.Api.OpenApi;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Api.Surfaces.Orchestrator;
using Gateway.Api.Tests.Auth;
using Gateway.Api.Tests.Auth.Devices;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.Storage;
using Gateway.Storage.Devices;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Gateway;

/// <summary>
/// The whole surface on a real Kestrel: real authentication, rate limits and relational store (SQLite in a folder of its own), the
/// queue in memory, virtual time. As a class fixture it is shared; tests that change it make their own.
/// </summary>
public sealed class GatewayHost : IAsyncLifetime
{
    internal const string AdminToken = "the-admins-token-of-the-tests-0123456789";
    internal const string NodeToken = "the-nodes-token-of-the-tests-0123456789";
    internal const string JwtSecret = "a-secret-of-the-tests-with-more-than-32-bytes";

    private readonly string folder;
    private readonly bool ownsFolder;
    private readonly Dictionary<string, string?> settings;
    private readonly ConcurrentDictionary<string, string> secrets = [];
    private int names;
    private LocalServer? server;
    private StubSidecar? sidecar;

    public GatewayHost() : this([])
    {
    }

    internal GatewayHost(Dictionary<string, string?> settings)
        : this(settings, Directory.CreateTempSubdirectory("gateway-api-").FullName, new ManualTimeProvider()) => ownsFolder = true;

    private GatewayHost(Dictionary<string, string?> settings, string folder, ManualTimeProvider time)
    {
        this.settings = settings;
        this.folder = folder;
        Time = time;
        settings["SUPABASE_JWT_SECRET"] = JwtSecret;
        settings["Gateway:DataPath"] = folder;
        settings.TryAdd("ORCH_ADMIN_TOKEN", AdminToken);
        settings.TryAdd("ORCH_NODE_TOKEN", NodeToken);
        settings.TryAdd("Gateway:RateLimits:OrchestratorPerMinute", "0");
        settings.TryAdd("Gateway:RateLimits:OrchestratorAnonymousPerMinute", "0");
        settings.TryAdd("Gateway:RateLimits:OrchestratorEmergencyPerTenMinutes", "0");
        settings.TryAdd("Gateway:RateLimits:CustomerPerMinute", "0");
        settings.TryAdd("Gateway:RateLimits:DevicePerMinute", "0");

        // Time stands still here: nobody would come out of it.
        settings.TryAdd("Gateway:DeviceAuth:WrongSecretDelay", "00:00:00");
    }

    public ManualTimeProvider Time { get; }

    public HttpClient Client => server!.Client;

    internal string Folder => folder;

    internal IServiceProvider Services => server!.Services;

    internal CapturedLog Log => server!.Log;

    internal InMemoryQueue Queue => (InMemoryQueue)Services.GetRequiredService<ICommandQueue>();

    internal StubSidecar Sidecar => sidecar!;

    /// <summary>What other replicas were told.</summary>
    internal RecordedNotices Notices { get; } = new();

    internal FaultyCredentials Credentials { get; } = new();

    internal CountingSecretCheck SecretChecks { get; } = new();

    internal QueueLimits Limits { get; init; } = QueueLimits.Default;

    public async ValueTask InitializeAsync()
    {
        sidecar = await StubSidecar.StartAsync();
        server = await LocalServer.StartAsync(Configure, Map, "Test");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        if (ownsFolder) Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Another replica: a server of its own over the same relational store and clock. Its queue is another, which makes no difference
    /// to who may come in. To be disposed before this one.
    /// </summary>
    internal async Task<GatewayHost> StartReplicaAsync()
    {
        var replica = new GatewayHost(new Dictionary<string, string?>(settings), folder, Time);
        await replica.InitializeAsync();
        return replica;
    }

    /// <summary>A name that no other test of this host uses.</summary>
    public string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref names)}";

    /// <summary>A customer that no other test knows.</summary>
    internal Caller NewCustomer() => Customer(NewName("customer"));

    /// <summary>A customer by id.</summary>
    internal Caller Customer(string id) => new(Client, id, "Authorization", $"Bearer {TokenOf(id)}");

    /// <summary>A customer's token.</summary>
    internal string TokenOf(string customerId, TimeSpan? lifetime = null) =>
        new JwtSigner(new HmacJwtKey(Encoding.UTF8.GetBytes(JwtSecret)), new JwtRules { Audience = "authenticated" }, Time)
            .Sign(customerId, lifetime ?? TimeSpan.FromDays(30));

    /// <summary>Writes the heartbeats that wait.</summary>
    internal Task WriteHeartbeatsAsync() => Services.GetRequiredService<HeartbeatBatcher>().FlushAsync(CancellationToken.None);

    /// <summary>Whoever comes with this token for a customer's.</summary>
    internal Caller WithToken(string token) => new(Client, "", "Authorization", $"Bearer {token}");

    /// <summary>Who commands nodes.</summary>
    internal Caller Admin => WithToken(AdminToken);

    /// <summary>Nobody.</summary>
    internal Caller Anonymous => new(Client, "", null, null);

    /// <summary>A registered device of a customer, with a session token.</summary>
    internal async Task<Caller> NewDeviceAsync(Caller customer)
    {
        var id = NewName("device");
        var provisioned = await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = id });
        var registered = await Anonymous.PostAsync(
            "/api/v1/device/register", new { deviceId = id, activationCode = provisioned.Text("device.activationCode") });
        secrets[id] = registered.Text("deviceSecret");
        return await SignInAsync(id, secrets[id]);
    }

    /// <summary>A registered device with a fresh token.</summary>
    internal async Task<Caller> SignInAsync(string deviceId, string secret)
    {
        var answer = await Anonymous.PostAsync("/api/v1/device/auth", new { deviceId, deviceSecret = secret });
        return new Caller(Client, deviceId, "X-Device-Token", answer.Text("token"));
    }

    /// <summary>The secret of a device that was registered here.</summary>
    internal string SecretOf(Caller device) => secrets[device.Id];

    /// <summary>Stops the server as a program is stopped.</summary>
    internal Task StopAsync() => server!.StopAsync();

    /// <summary>A session; its id.</summary>
    internal static async Task<string> OpenSessionAsync(Caller customer, Caller device, string type = "diagnostic")
    {
        var answer = await customer.PostAsync("/api/v1/customer/sessions", new { deviceId = device.Id, type });
        return answer.Text("session.id");
    }

    private void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(settings);
        var services = builder.Services;
        services.AddSingleton<TimeProvider>(Time);
        services.AddMetrics();
        services.AddGatewayStorage(builder.Configuration);
        services.AddHeartbeatBatcher();
        Credentials.Decorate(services);
        services.AddCustomerAuthentication(folder);
        services.AddSingleton<ISecretCheck>(SecretChecks);
        services.AddDeviceAuthentication();
        services.AddHiddenQueries();
        services.AddRateLimits();
        services.AddSockets();
        services.AddDeviceChannels();
        services.AddCommandOutput();
        services.AddGatewaySurface(builder.Configuration);
        services.AddOrchestratorSurface();
        services.AddSingleton<ReadinessChecks>();
        services.AddHealth();
        services.AddApiDocument();
        services.AddSingleton<ICommandQueue>(provider =>
            new InMemoryQueue(provider.GetRequiredService<ICommandHistory>(), Time, Limits)
            {
                Observers = provider.GetServices<IHeadObserver>,
                EventObservers = provider.GetServices<IQueueEventObserver>,
            });
        services.AddSingleton<IReplicas>(new OneReplica());
        services.AddSingleton<IReplicaNotices>(Notices);
        services.AddSingleton(new DaprClientBuilder().UseHttpEndpoint(sidecar!.Address).Build());
    }

    private static void Map(WebApplication app)
    {
        app.Services.GetRequiredService<IStorageStartup>().MigrateAsync(CancellationToken.None).GetAwaiter().GetResult();
        app.UseGatewaySurface();
        app.UseOrchestratorSurface();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGatewaySurface();
        app.MapOrchestratorSurface();
        app.MapHealth();
        app.MapApiDocument();
    }
}
