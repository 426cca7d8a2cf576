using System.Security.Cryptography;
using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Secrets;
using Gateway.Sidecar.Hosting;

namespace Gateway.Api.Hosting;

/// <summary>
/// The sidecar in this process, when none runs around it (DESIGN, "One process or many"). It starts before everything that
/// talks to it and stops after; no other part of the program knows that it is there.
/// </summary>
internal sealed class EmbeddedSidecar(SidecarOptions options, ILoggerFactory loggers, TimeProvider time) : IHostedLifecycleService, IAsyncDisposable
{
    private const string AppId = "gateway-api";

    private SidecarHost? host;

    /// <summary>Whether a sidecar runs around this process already.</summary>
    public static bool IsNeeded(IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration["DAPR_HTTP_PORT"]) && string.IsNullOrEmpty(configuration["DAPR_HTTP_ENDPOINT"]);

    /// <summary>Adds the sidecar and points Dapr's SDK at it.</summary>
    public static void Add(WebApplicationBuilder builder, GatewayOptions gateway)
    {
        var configuration = builder.Configuration;
        configuration["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{gateway.Sidecar.HttpPort}";

        // Nobody but our own sidecar calls the app port; other users of the machine must not.
        if (string.IsNullOrEmpty(configuration["APP_API_TOKEN"]))
            configuration["APP_API_TOKEN"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var options = new SidecarOptions
        {
            AppId = AppId,
            AppPort = gateway.AppPort,
            HttpPort = gateway.Sidecar.HttpPort,
            ResourcesPaths = [ResourcesPath(gateway.ResourcesPath)],
            DataPath = Path.GetFullPath(gateway.DataPath),
            AppApiToken = configuration["APP_API_TOKEN"],
            DaprApiToken = configuration["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null,
        };
        builder.Services.AddHostedService(provider => new EmbeddedSidecar(
            options, provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>The sidecar for whoever only needs its components, all of them or the secret stores: it serves no app, on a free port.</summary>
    public static SidecarOptions WithoutApp(IConfiguration configuration, GatewayOptions gateway, bool secretStoresOnly = false) => new()
    {
        AppId = AppId,
        HttpPort = 0,
        ResourcesPaths = [ResourcesPath(gateway.ResourcesPath)],
        DataPath = secretStoresOnly ? null : Path.GetFullPath(gateway.DataPath),
        SecretStoresOnly = secretStoresOnly,
        DaprApiToken = configuration["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null,
    };

    /// <summary>
    /// Adds the secrets of the secret store to the settings: of the sidecar around this process, or of the component files of the embedded one. That
    /// one is not there yet, since it is made by settings, so another one has only the secret stores open meanwhile.
    /// </summary>
    /// <exception cref="GatewayStartException">The sidecar around this process, or its store, does not answer.</exception>
    /// <exception cref="SidecarStartException">A component file is not usable.</exception>
    public static async Task AddSecretsAsync(WebApplicationBuilder builder, GatewayOptions gateway, ILogger logger)
    {
        if (!gateway.IsValid) return;
        if (!IsNeeded(builder.Configuration))
        {
            await builder.AddSecretsAsync(gateway, logger);
            return;
        }

        await using var sidecar = await SidecarHost.StartAsync(
            WithoutApp(builder.Configuration, gateway, secretStoresOnly: true), loggers: null, TimeProvider.System, CancellationToken.None);
        await builder.AddSecretsAsync(gateway, logger, sidecar.HttpAddress);
    }

    public async Task StartingAsync(CancellationToken cancellationToken) =>
        host = await SidecarHost.StartAsync(options, loggers, time, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (host is not null) await host.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
    }

    /// <summary>A relative path is the working directory's, as everywhere; the default also comes with the program.</summary>
    private static string ResourcesPath(string path)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, path);
        return !Directory.Exists(path) && Directory.Exists(beside) ? beside : path;
    }
}
