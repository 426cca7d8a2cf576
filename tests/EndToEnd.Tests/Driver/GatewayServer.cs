using System.Globalization;
using System.Net;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// The server as a process of its own, with its ports and data folder, which outlive it. On a bench with real Dapr it is the app
/// <c>gateway-api</c>, and <see cref="Around"/> is what stands around it.
/// </summary>
internal sealed class GatewayServer
{
    private readonly Bench bench;
    private readonly IReadOnlyDictionary<string, string?>? given;
    private int starts;

    private GatewayServer(Bench bench, IReadOnlyDictionary<string, string?>? settings)
    {
        this.bench = bench;
        given = settings;
        DataPath = Path.Combine(bench.Folder, "data");
        Settings = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Gateway__PublicUrl"] = Url,
            ["Gateway__AppPort"] = Text(AppPort),
            ["Gateway__Sidecar__HttpPort"] = Text(SidecarPort),
            ["Gateway__DataPath"] = DataPath,
        };
        if (bench.Stores is null) return;
        foreach (var (name, value) in bench.Stores.Settings) Settings[name] = value;
    }

    public int PublicPort { get; } = FreePort.Next();

    public int AppPort { get; } = FreePort.Next();

    public int SidecarPort { get; } = FreePort.Next();

    public string DataPath { get; }

    public string Url => $"http://127.0.0.1:{Text(PublicPort)}";

    /// <summary>Its sidecar's address.</summary>
    public string SidecarUrl => Around?.ApiSidecar.HttpAddress.GetLeftPart(UriPartial.Authority) ?? $"http://127.0.0.1:{Text(SidecarPort)}";

    /// <summary>The address of the sidecar of the app that hosts the actors.</summary>
    public string ActorsSidecarUrl => Around?.ActorsSidecar.HttpAddress.GetLeftPart(UriPartial.Authority) ?? SidecarUrl;

    /// <summary>The rest of the deployment on real Dapr; null for an embedded sidecar.</summary>
    public DaprdDeployment? Around { get; private set; }

    /// <summary>Its environment variables; a test may change them before the next start.</summary>
    public Dictionary<string, string?> Settings { get; }

    /// <summary>The process that runs or ran last.</summary>
    public ProgramProcess Process { get; private set; } = null!;

    /// <summary>Settings for a server that is not started yet.</summary>
    public static GatewayServer Prepare(Bench bench, IReadOnlyDictionary<string, string?>? settings = null) => new(bench, settings);

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<GatewayServer> StartAsync(Bench bench, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var server = Prepare(bench, settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts another replica of a server on real Dapr and Postgres, with the same actors.</summary>
    public static async Task<GatewayServer> StartReplicaAsync(GatewayServer first)
    {
        var replica = Prepare(first.bench, first.given);
        replica.Around = await first.Around!.ForReplicaAsync(replica);
        await replica.StartAsync();
        return replica;
    }

    /// <summary>Starts it, again if need be, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        if (bench.Dapr is not null) Around ??= await DaprdDeployment.StartAsync(bench, this);
        else if (bench.Secrets is not null) await WriteSecretsAsync(bench.Secrets);
        Launch();
        await ReadyAsync();
        if (Around is not null) await Around.ReadyAsync();
    }

    /// <summary>Waits until it is ready.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient();
        await Wait.UntilAsync("the server to be ready", async () =>
        {
            if (Process.HasExited) Assert.Fail($"The server ended with exit code {Process.ExitCode}: {Process.Errors}");
            try
            {
                using var ready = await http.GetAsync(new Uri($"{Url}/readyz"));
                return ready.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>Starts it without waiting.</summary>
    public ProgramProcess Launch(params IReadOnlyList<string> prefix) =>
        Process = bench.Start($"server {++starts}", BuiltProgram.Api, [], Settings, prefix);

    /// <summary>A customer, with a token from the server's own command.</summary>
    public async Task<CustomerClient> CustomerAsync(string name = "alice")
    {
        var command = bench.Start("token", BuiltProgram.Api, ["token", "--customer", name], Settings);
        Assert.Equal(0, await command.ExitAsync());
        return new CustomerClient(Url, command.Output.Trim());
    }

    /// <summary>The embedded default's components, with these secrets.</summary>
    private async Task WriteSecretsAsync(IReadOnlyDictionary<string, string> secrets)
    {
        var components = bench.NewFolder("components");
        foreach (var file in Directory.EnumerateFiles(BuiltProgram.LocalComponents))
            File.Copy(file, Path.Combine(components, Path.GetFileName(file)), overwrite: true);
        await ComponentFile.WriteSecretsAsync(components, secrets);
        Settings["Gateway__ResourcesPath"] = components;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
