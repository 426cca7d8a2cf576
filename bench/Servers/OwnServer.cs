using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Bench.Servers;

/// <summary>The built server with the floors beside it, and the sidecar that it runs on.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private OwnServer(ServerProcess process, string customerToken)
    {
        Process = process;
        CustomerToken = customerToken;
    }

    public ServerProcess Process { get; }

    public string CustomerToken { get; }

    public static async Task<OwnServer> StartAsync(bool onDaprd, CancellationToken cancellationToken)
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var floors = typeof(OwnServer).Assembly;
        var process = await ServerProcess.StartAsync(GatewayProgram(), (ports, folder, start) =>
        {
            start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
            start.Environment["DOTNET_STARTUP_HOOKS"] = floors.Location;
            start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = floors.GetName().Name;
            start.Environment["Gateway__PublicUrl"] = $"http://127.0.0.1:{ports[0]}";
            start.Environment["Gateway__AppPort"] = $"{ports[1]}";
            start.Environment["Gateway__Sidecar__HttpPort"] = $"{ports[2]}";
            start.Environment["Gateway__DataPath"] = folder;
            // On, as in service, but never reached.
            start.Environment["Gateway__RateLimits__DevicePerMinute"] = "1000000";
            start.Environment["Gateway__RateLimits__CustomerPerMinute"] = "1000000";
            start.Environment["SUPABASE_JWT_SECRET"] = secret;
            return new Uri($"http://127.0.0.1:{ports[0]}");
        }, "/readyz", cancellationToken);
        return new OwnServer(process, SignToken(secret));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string SignToken(string secret)
    {
        var expires = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode($$"""{"sub":"bench","aud":"authenticated","exp":{{expires}}}""")}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";

        static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

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
