using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Hosting;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Api.Tests.Auth;
using Gateway.Api.Tests.Gateway;
using Gateway.Sidecar.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>
/// Two whole replicas over one embedded sidecar and one relational store. The sidecar serves one app: what the second replica tells arrives at the
/// first by pub/sub, and what the first tells the second is lost.
/// </summary>
public class ReplicaPair : IAsyncLifetime
{
    private const string JwtSecret = "a-secret-of-the-tests-with-more-than-32-bytes";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("gateway-replicas-").FullName;
    private SidecarHost? sidecar;
    private string? database;

    /// <summary>The one that is told what the other does.</summary>
    internal Replica First { get; private set; } = null!;

    /// <summary>The one that is told nothing.</summary>
    internal Replica Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        (database, var components) = await OpenStoresAsync(folder);
        var port = FreePort();
        sidecar = await SidecarHost.StartAsync(
            new SidecarOptions { AppId = "gateway-api", AppPort = port, HttpPort = 0, ResourcesPaths = [components], DataPath = folder },
            null, TimeProvider.System, CancellationToken.None);
        First = await StartAsync(port, "api,actors");
        Second = await StartAsync(FreePort(), "api");
        await sidecar.Ready.WaitAsync(Limit);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var replica in (Replica?[])[First, Second])
            if (replica is not null) await replica.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    internal static string TokenOf(string customerId) =>
        new JwtSigner(new HmacJwtKey(Encoding.UTF8.GetBytes(JwtSecret)), new JwtRules { Audience = "authenticated" }, TimeProvider.System)
            .Sign(customerId, TimeSpan.FromHours(1));

    /// <summary>The relational store, null for a file, and the folder with the sidecar's components; here the embedded default's.</summary>
    private protected virtual Task<(string? Database, string Components)> OpenStoresAsync(string folder)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Gateway.sln"))) root = root.Parent!;
        return Task.FromResult(((string?)null, Path.Combine(root.FullName, "components", "local")));
    }

    private async Task<Replica> StartAsync(int port, string roles)
    {
        var publicPort = FreePort();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ContentRootPath = folder });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Roles"] = roles,
            ["Gateway:PublicUrl"] = $"http://127.0.0.1:{publicPort}",
            ["Gateway:AppPort"] = $"{port}",
            ["Gateway:DataPath"] = folder,
            ["Gateway:RateLimits:CustomerPerMinute"] = "0",
            ["ConnectionStrings:Gateway"] = database,
            ["SUPABASE_JWT_SECRET"] = JwtSecret,
            ["DAPR_HTTP_ENDPOINT"] = sidecar!.HttpAddress.ToString(),
            ["DAPR_API_TOKEN"] = "",
        });
        var log = new CapturedLog();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(log);
        var options = builder.AddGatewayOptions();
        builder.AddGatewayBackend(options);
        builder.AddSurfaces(options);
        builder.WebHost.UseUrls(options.PublicUrl, $"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.UseGatewaySurface();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAppPort(port, null);
        app.UseCloudEvents();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapSurfaces();
        app.MapGatewayBackend();
        await app.StartAsync();
        return new Replica(app, new HttpClient { BaseAddress = new Uri(options.PublicUrl) }, log);
    }

    /// <summary>A port that was free a moment ago: the sidecar has to know it before the app listens.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One of them.</summary>
internal sealed class Replica(WebApplication app, HttpClient client, CapturedLog log) : IAsyncDisposable
{
    public CapturedLog Log => log;

    public IServiceProvider Services => app.Services;

    public Uri Address => client.BaseAddress!;

    public Caller Anonymous => new(client, "", null, null);

    public Caller Customer(string id) => new(client, id, "Authorization", $"Bearer {ReplicaPair.TokenOf(id)}");

    public Caller Device(string id, string token) => new(client, id, "X-Device-Token", token);

    /// <summary>A customer with a device of this name and an open session.</summary>
    public async Task<(Caller Customer, Caller Device, string Session)> NewDeviceAsync(string name)
    {
        var customer = Customer($"customer-{name}");
        var provisioned = await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = $"device-{name}" });
        var registered = await Anonymous.PostAsync(
            "/api/v1/device/register", new { deviceId = $"device-{name}", activationCode = provisioned.Text("device.activationCode") });
        var signedIn = await Anonymous.PostAsync(
            "/api/v1/device/auth", new { deviceId = $"device-{name}", deviceSecret = registered.Text("deviceSecret") });
        var device = Device($"device-{name}", signedIn.Text("token"));
        return (customer, device, await GatewayHost.OpenSessionAsync(customer, device));
    }

    public async Task<CustomerClient> SubscribeAsync(string customerId, string deviceId)
    {
        var watching = new CustomerClient(await TestSocket.ConnectAsync(Address, $"/ws/customer?token={ReplicaPair.TokenOf(customerId)}"));
        await watching.SubscribeAsync(deviceId);
        return watching;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}
