using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.TestKit;
using Gateway.TestKit.Daprd;

namespace Gateway.Bench.Servers;

/// <summary>The built server with the floors beside it, on its embedded sidecar over files or servers, or on real daprd over servers.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private const string AppToken = "token-of-the-app";

    private readonly DaprStack? dapr;
    private readonly Stores? stores;

    private OwnServer(ServerProcess process, string customerToken, DaprStack? dapr, Stores? stores)
    {
        Process = process;
        CustomerToken = customerToken;
        this.dapr = dapr;
        this.stores = stores;
    }

    public ServerProcess Process { get; }

    public string CustomerToken { get; }

    /// <summary>Opens the orchestrator's REST API.</summary>
    public static string AdminToken { get; } = NewSecret();

    /// <summary>Opens the nodes' sockets.</summary>
    public static string NodeToken { get; } = NewSecret();

    /// <summary>Starts it.</summary>
    /// <param name="onDaprd">On daprd; its folder is <c>DAPRD_BIN</c>.</param>
    /// <param name="kind">What is behind the sidecar; on daprd not files.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<OwnServer> StartAsync(bool onDaprd, StoreKind kind, CancellationToken cancellationToken)
    {
        if (onDaprd && DaprStack.Binaries is null) throw new ArgumentException("DAPRD_BIN does not name a folder with daprd, placement and scheduler.");
        var secret = NewSecret();
        var appPort = FreePort.Next();
        var dapr = onDaprd ? await DaprStack.StartAsync() : null;
        var stores = await Stores.StartAsync(kind, cancellationToken);
        try
        {
            var sidecar = dapr is null ? null : await StartSidecarAsync(dapr, stores!, appPort, cancellationToken);
            var process = await ServerProcess.StartAsync(GatewayProgram(), start =>
            {
                stores?.Describe(start);
                return Describe(start, secret, appPort, sidecar);
            }, "/readyz", cancellationToken);
            return new OwnServer(process, SignToken(secret), dapr, stores);
        }
        catch
        {
            if (dapr is not null) await dapr.DisposeAsync();
            if (stores is not null) await stores.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (dapr is not null) await dapr.DisposeAsync();
        if (stores is not null) await stores.DisposeAsync();
    }

    /// <summary>The server's settings; answers its address.</summary>
    private static Uri Describe(ProcessStartInfo start, string secret, int appPort, DaprdProcess? sidecar)
    {
        var floors = typeof(OwnServer).Assembly;
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["DOTNET_STARTUP_HOOKS"] = floors.Location;
        start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = floors.GetName().Name;
        start.Environment["Gateway__PublicUrl"] = address.OriginalString;
        start.Environment["Gateway__AppPort"] = Text(appPort);
        start.Environment["Gateway__DataPath"] = start.WorkingDirectory;
        // On, as in service, but never reached.
        start.Environment["Gateway__RateLimits__DevicePerMinute"] = "1000000";
        start.Environment["Gateway__RateLimits__CustomerPerMinute"] = "1000000";
        start.Environment["Gateway__RateLimits__OrchestratorPerMinute"] = "1000000";
        start.Environment["Gateway__Channels__MessagesPerSecond"] = "10000";
        start.Environment["Gateway__Channels__ConnectionsPerCustomer"] = "10000";
        start.Environment["SUPABASE_JWT_SECRET"] = secret;
        start.Environment["ORCH_ADMIN_TOKEN"] = AdminToken;
        start.Environment["ORCH_NODE_TOKEN"] = NodeToken;
        if (sidecar is null)
        {
            start.Environment["Gateway__Sidecar__HttpPort"] = Text(FreePort.Next());
        }
        else
        {
            start.Environment["DAPR_HTTP_PORT"] = Text(sidecar.HttpPort);
            start.Environment["DAPR_GRPC_PORT"] = Text(sidecar.GrpcPort);
            start.Environment["APP_API_TOKEN"] = AppToken;
        }

        return address;
    }

    private static Task<DaprdProcess> StartSidecarAsync(DaprStack dapr, Stores stores, int appPort, CancellationToken cancellationToken) => dapr.StartSidecarAsync(
        new DaprdOptions
        {
            AppId = "gateway-api",
            AppPort = appPort,
            ResourcesPath = stores.Components,
            Environment = new Dictionary<string, string> { ["APP_API_TOKEN"] = AppToken },
            WaitUntilReady = false,
        },
        cancellationToken);

    private static string SignToken(string secret)
    {
        var expires = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode($$"""{"sub":"bench","aud":"authenticated","exp":{{expires}}}""")}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";

        static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    private static string NewSecret() => Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The server, built along with this program and in the same configuration.</summary>
    private static string GatewayProgram()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent!.Name;
        for (var folder = here; folder is not null; folder = folder.Parent)
        {
            var program = Path.Combine(folder.FullName, "src/Api/bin", configuration, here.Name, "Gateway.Api.dll");
            if (File.Exists(program)) return program;
        }

        throw new FileNotFoundException($"Gateway.Api.dll ({configuration}) is not built.");
    }
}
