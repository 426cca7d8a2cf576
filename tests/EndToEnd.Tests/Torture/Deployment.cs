using System.Globalization;
using System.Net;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>How the server's programs are cut.</summary>
public enum Shape
{
    /// <summary>Everything in one process, the sidecar too.</summary>
    OneProcess,

    /// <summary>The server, and the stand-alone sidecar beside it.</summary>
    SidecarApart,
}

/// <summary>A server in one of its shapes; its ports and files outlive its processes.</summary>
internal sealed class Deployment : IDisposable
{
    private readonly Bench bench;
    private readonly string? sidecarData;
    private readonly string token = Guid.NewGuid().ToString("N");
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private int sidecarStarts;

    private Deployment(Bench bench, Shape shape, IReadOnlyDictionary<string, string?>? settings)
    {
        this.bench = bench;
        Server = GatewayServer.Prepare(bench, settings);
        Server.Settings["Gateway__RateLimits__DevicePerMinute"] = "0";
        Server.Settings["Gateway__RateLimits__CustomerPerMinute"] = "0";
        if (shape == Shape.OneProcess) return;
        sidecarData = bench.NewFolder("sidecar-data");
        Server.Settings["DAPR_HTTP_PORT"] = Text(Server.SidecarPort);
        Server.Settings["APP_API_TOKEN"] = token;
    }

    public GatewayServer Server { get; }

    /// <summary>The sidecar's process, where it has its own.</summary>
    public ProgramProcess? Sidecar { get; private set; }

    /// <summary>The files that the programs leave.</summary>
    public QueueAudit Audit => new(Path.Combine(sidecarData ?? Server.DataPath, "state.db"), Path.Combine(Server.DataPath, "gateway.db"));

    public static async Task<Deployment> StartAsync(Bench bench, Shape shape, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var deployment = new Deployment(bench, shape, settings);
        deployment.LaunchSidecar();
        await deployment.Server.StartAsync();
        return deployment;
    }

    /// <summary>Starts the sidecar that runs apart, without waiting.</summary>
    public void LaunchSidecar()
    {
        if (sidecarData is null) return;
        Sidecar = bench.Start(
            $"sidecar {++sidecarStarts}", BuiltProgram.Sidecar,
            [
                "--app-id", "gateway-api", "--app-port", Text(Server.AppPort), "--dapr-http-port", Text(Server.SidecarPort),
                "--resources-path", BuiltProgram.LocalComponents, "--data-path", sidecarData, "--log-level", "warn",
            ],
            new Dictionary<string, string?> { ["APP_API_TOKEN"] = token });
    }

    /// <summary>Asks <c>/readyz</c>; null: nobody answers.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)?> ReadyzAsync()
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{Server.Url}/readyz"));
            return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until <c>/readyz</c> answers with a status; its body.</summary>
    public async Task<JsonElement> ReadyzAsync(HttpStatusCode status)
    {
        (HttpStatusCode Status, JsonElement Body)? seen = null;
        await Wait.UntilAsync(
            $"/readyz to answer {(int)status}",
            async () => (seen = await ReadyzAsync())?.Status == status,
            () => Task.FromResult(seen?.Body.ToString() ?? "no answer"));
        return seen!.Value.Body;
    }

    /// <summary>Stops it in order (SIGTERM), the sidecar after the server. The server must end in time and without an error.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        Server.Process.Terminate();
        Assert.Equal(0, await Server.Process.ExitAsync(limit));
        if (Sidecar is null) return;
        Sidecar.Terminate();
        Assert.Equal(0, await Sidecar.ExitAsync(limit));
    }

    /// <summary>Starts it again and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        LaunchSidecar();
        await Server.StartAsync();
    }

    public void Dispose() => http.Dispose();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
