using System.Globalization;
using System.Net;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// The production shape on one machine and without Dapr: <c>gateway-api</c> and <c>gateway-actors</c> as programs of their own, each more
/// than once, beside one stand-alone sidecar that serves all of them, over the stores of the test. Every program can be killed and
/// started again: it has its ports for good.
/// </summary>
internal sealed class ReplicatedDeployment : IDisposable
{
    private readonly Bench bench;
    private readonly string components;
    private readonly string sidecarData;
    private readonly string token = Guid.NewGuid().ToString("N");
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private int sidecarStarts;

    private ReplicatedDeployment(Bench bench, string components, string database, IReadOnlyDictionary<string, string?>? settings, int servers, int actors)
    {
        this.bench = bench;
        this.components = components;
        sidecarData = bench.NewFolder("sidecar-data");
        Servers = [.. Enumerable.Range(0, servers).Select(_ => Prepare(database, settings))];
        Actors = [.. Enumerable.Range(1, actors).Select(number => new ActorsProgram(bench, Servers[0].Settings, number))];
    }

    /// <summary>The processes of <c>gateway-api</c>.</summary>
    public IReadOnlyList<GatewayServer> Servers { get; }

    /// <summary>The processes of <c>gateway-actors</c>.</summary>
    public IReadOnlyList<ActorsProgram> Actors { get; }

    /// <summary>The sidecar of all of them, as it runs or ran last.</summary>
    public ProgramProcess Sidecar { get; private set; } = null!;

    /// <summary>Starts all programs and waits until each is ready.</summary>
    /// <param name="bench">What they end with.</param>
    /// <param name="components">The folder with the sidecar's component files.</param>
    /// <param name="database">The relational store, a Postgres database.</param>
    /// <param name="settings">Further settings of every program.</param>
    /// <param name="servers">How many processes of <c>gateway-api</c>.</param>
    /// <param name="actors">How many processes of <c>gateway-actors</c>.</param>
    public static async Task<ReplicatedDeployment> StartAsync(
        Bench bench, string components, string database, IReadOnlyDictionary<string, string?>? settings = null, int servers = 2, int actors = 2)
    {
        var deployment = new ReplicatedDeployment(bench, components, database, settings, servers, actors);
        deployment.LaunchSidecar();
        // The first one makes the secrets of Development and the tables; the others find them.
        await deployment.Servers[0].StartAsync();
        foreach (var program in deployment.Actors) program.Launch();
        await Task.WhenAll(deployment.Servers.Skip(1).Select(server => server.StartAsync()));
        await deployment.ReadyAsync();
        return deployment;
    }

    /// <summary>Starts the sidecar, again after it was killed, without waiting.</summary>
    public void LaunchSidecar() => Sidecar = bench.Start(
        $"sidecar {++sidecarStarts}",
        BuiltProgram.Sidecar,
        [
            .. Servers.SelectMany(server => Flag("gateway-api", server.AppPort, server.SidecarPort)),
            .. Actors.SelectMany(program => Flag("gateway-actors", program.AppPort, program.SidecarPort)),
            "--resources-path", components, "--data-path", sidecarData, "--log-level", "warn",
        ],
        new Dictionary<string, string?> { ["APP_API_TOKEN"] = token });

    /// <summary>Waits until every server is ready, and every sidecar knows its app.</summary>
    public async Task ReadyAsync()
    {
        foreach (var server in Servers)
        {
            await AnswersAsync(new Uri($"{server.SidecarUrl}/v1.0/healthz"), HttpStatusCode.NoContent);
            await AnswersAsync(new Uri($"{server.Url}/readyz"), HttpStatusCode.OK);
        }

        foreach (var program in Actors) await AnswersAsync(new Uri($"{program.SidecarUrl}/v1.0/healthz"), HttpStatusCode.NoContent);
    }

    public void Dispose() => http.Dispose();

    private static IEnumerable<string> Flag(string appId, int appPort, int sidecarPort) =>
        ["--app", string.Create(CultureInfo.InvariantCulture, $"{appId}:{appPort}:{sidecarPort}")];

    private GatewayServer Prepare(string database, IReadOnlyDictionary<string, string?>? settings)
    {
        var server = GatewayServer.Prepare(bench, settings);
        server.Settings["Gateway__Roles"] = "api";
        server.Settings["ConnectionStrings__Gateway"] = database;
        server.Settings["DAPR_HTTP_PORT"] = server.SidecarPort.ToString(CultureInfo.InvariantCulture);
        server.Settings["APP_API_TOKEN"] = token;
        return server;
    }

    private Task AnswersAsync(Uri address, HttpStatusCode status) => Wait.UntilAsync($"{address} to answer {(int)status}", async () =>
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.StatusCode == status;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });
}
