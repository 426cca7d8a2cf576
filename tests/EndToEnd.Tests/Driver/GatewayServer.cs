using System.Globalization;
using System.Net;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The server as a process of its own, with its ports and data folder, which outlive it.</summary>
internal sealed class GatewayServer
{
    private readonly Bench bench;
    private int starts;

    private GatewayServer(Bench bench, IReadOnlyDictionary<string, string?>? settings)
    {
        this.bench = bench;
        DataPath = Path.Combine(bench.Folder, "data");
        Settings = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Gateway__PublicUrl"] = Url,
            ["Gateway__AppPort"] = Text(AppPort),
            ["Gateway__Sidecar__HttpPort"] = Text(SidecarPort),
            ["Gateway__DataPath"] = DataPath,
        };
    }

    public int PublicPort { get; } = FreePort.Next();

    public int AppPort { get; } = FreePort.Next();

    public int SidecarPort { get; } = FreePort.Next();

    public string DataPath { get; }

    public string Url => $"http://127.0.0.1:{Text(PublicPort)}";

    public string SidecarUrl => $"http://127.0.0.1:{Text(SidecarPort)}";

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

    /// <summary>Starts it, again if need be, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        Launch();
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

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
