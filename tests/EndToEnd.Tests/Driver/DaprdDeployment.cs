using System.Globalization;
using Gateway.TestKit;
using Gateway.TestKit.Daprd;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// What stands around a server in production: its <c>daprd</c>, the app <c>gateway-actors</c> with a <c>daprd</c> of its own, and
/// Redis and Postgres behind both. Every sidecar calls its app with a token; with <c>DAPR_API_TOKEN</c> among the server's settings it also asks for
/// one.
/// </summary>
internal sealed class DaprdDeployment
{
    private const string AppToken = "token-of-the-app";
    private const string Database = "ConnectionStrings__Gateway";

    /// <summary>What <c>components/choices/statestore.postgresql.yaml</c> asks the secret store for.</summary>
    private const string StateDatabase = "STATESTORE_POSTGRES";

    /// <summary>Whether the queues are in Postgres, and only messages go through Redis.</summary>
    public static readonly bool IsStateInPostgres = Environment.GetEnvironmentVariable("DAPRD_STATE") == "state.postgresql";

    private readonly Bench bench;
    private readonly string components;
    private readonly Dictionary<string, string?> actorsSettings;
    private int starts;

    private DaprdDeployment(
        Bench bench, string components, DaprdProcess apiSidecar, DaprdProcess actorsSidecar, int actorsPort, Dictionary<string, string?> actorsSettings)
    {
        this.bench = bench;
        this.components = components;
        this.actorsSettings = actorsSettings;
        ApiSidecar = apiSidecar;
        ActorsSidecar = actorsSidecar;
        ActorsPort = actorsPort;
    }

    /// <summary>The server's own.</summary>
    public DaprdProcess ApiSidecar { get; }

    public DaprdProcess ActorsSidecar { get; }

    public int ActorsPort { get; }

    /// <summary>The app that hosts the actors, as it runs or ran last; null for a further replica of the server.</summary>
    public ProgramProcess? ActorsApp { get; private set; }

    /// <summary>Starts all that a server needs and adds to its settings where that is.</summary>
    public static async Task<DaprdDeployment> StartAsync(Bench bench, GatewayServer server)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        if (bench.Secrets?.ContainsKey(Database) != true) server.Settings[Database] = await bench.Postgres!.CreateDatabaseAsync(cancellationToken);
        if (IsStateInPostgres) server.Settings[StateDatabase] = PostgresServer.Libpq(await bench.Postgres!.CreateDatabaseAsync(cancellationToken));
        var components = await WriteComponentsAsync(bench, server);
        var actorsPort = FreePort.Next();
        var actorsSidecar = await StartDaprdAsync(bench, components, "gateway-actors", actorsPort, server);
        var actorsSettings = new Dictionary<string, string?>(server.Settings) { ["Gateway__AppPort"] = Text(actorsPort) };
        PointTo(actorsSidecar, actorsSettings);
        var deployment = new DaprdDeployment(
            bench, components, await StartApiDaprdAsync(bench, components, server), actorsSidecar, actorsPort, actorsSettings);
        deployment.StartActors();
        return deployment;
    }

    /// <summary>The same for a further replica of the server.</summary>
    public async Task<DaprdDeployment> ForReplicaAsync(GatewayServer replica)
    {
        foreach (var shared in (string[])[Database, StateDatabase])
            if (actorsSettings.TryGetValue(shared, out var where)) replica.Settings[shared] = where;
        return new(bench, components, await StartApiDaprdAsync(bench, components, replica), ActorsSidecar, ActorsPort, actorsSettings);
    }

    /// <summary>Starts the actors' app, again after it was killed.</summary>
    public void StartActors() => ActorsApp = bench.Start($"actors {++starts}", BuiltProgram.Actors, [], actorsSettings);

    /// <summary>Waits until both sidecars have found their apps.</summary>
    public Task ReadyAsync() => Task.WhenAll(
        ApiSidecar.WaitUntilReadyAsync(TestContext.Current.CancellationToken), ActorsSidecar.WaitUntilReadyAsync(TestContext.Current.CancellationToken));

    private static async Task<DaprdProcess> StartApiDaprdAsync(Bench bench, string components, GatewayServer server)
    {
        var sidecar = await StartDaprdAsync(bench, components, "gateway-api", server.AppPort, server);
        server.Settings["Gateway__Roles"] = "api";
        PointTo(sidecar, server.Settings);
        return sidecar;
    }

    private static async Task<DaprdProcess> StartDaprdAsync(Bench bench, string components, string appId, int appPort, GatewayServer server)
    {
        var environment = new Dictionary<string, string> { ["APP_API_TOKEN"] = AppToken };
        foreach (var name in (string[])["DAPR_API_TOKEN", StateDatabase])
            if (server.Settings.GetValueOrDefault(name) is { } value) environment[name] = value;
        return await bench.StartDaprdAsync(new DaprdOptions
        {
            AppId = appId,
            AppPort = appPort,
            ResourcesPath = components,
            Configuration = await File.ReadAllTextAsync(Path.Combine(components, "configuration.yaml")),
            Environment = environment,
        });
    }

    private static void PointTo(DaprdProcess sidecar, Dictionary<string, string?> settings)
    {
        settings["DAPR_HTTP_PORT"] = Text(sidecar.HttpPort);
        settings["DAPR_GRPC_PORT"] = Text(sidecar.GrpcPort);
        settings["APP_API_TOKEN"] = AppToken;
    }

    /// <summary>The files that an operator starts from, resiliency and configuration included, pointed to the bench's Redis and secrets.</summary>
    private static async Task<string> WriteComponentsAsync(Bench bench, GatewayServer server)
    {
        var folder = bench.NewFolder("components");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(BuiltProgram.Root, "components"), "*.yaml"))
        {
            var text = (await File.ReadAllTextAsync(file)).Replace("localhost:6379", bench.Dapr!.Redis.Host, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(file)), text);
        }

        if (IsStateInPostgres)
            File.Copy(Path.Combine(BuiltProgram.Root, "components", "choices", "statestore.postgresql.yaml"), Path.Combine(folder, "statestore.yaml"), overwrite: true);

        if (bench.Secrets is not null)
        {
            // The components' own are there too then.
            var state = server.Settings.GetValueOrDefault(StateDatabase) ?? "";
            await ComponentFile.WriteSecretsAsync(folder, new Dictionary<string, string>(bench.Secrets) { ["REDIS_PASSWORD"] = "", [StateDatabase] = state });
        }

        return folder;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
