using Gateway.Actors.Hosting;
using Gateway.Api.Auth;
using Gateway.Api.Backup;
using Gateway.Api.Portal;
using Gateway.Queue.Backup;
using Gateway.Sidecar.Hosting;
using Gateway.Storage.Backup;
using Gateway.Storage.History;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Hosting;

/// <summary>
/// A deployment's stores without its server: by the same settings, with the embedded sidecar where none runs around this process, and
/// under the same lock on the data folder. Nothing listens to clients and no deadline is worked off.
/// </summary>
internal sealed class OfflineGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly GatewayOptions options;
    private DataFolder? folder;
    private SidecarHost? sidecar;

    private OfflineGateway(WebApplication app, GatewayOptions options) => (this.app, this.options) = (app, options);

    /// <summary>Opens the deployment that the settings name.</summary>
    /// <param name="isThere">Whether it is there already; else it may be made.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="GatewayStartException">It is in use by a server or not there, or its sidecar does not answer.</exception>
    public static async Task<OfflineGateway> OpenAsync(bool isThere, CancellationToken cancellationToken)
    {
        var builder = GatewayBuilder.Create([]);
        builder.Logging.ClearProviders();
        var options = builder.AddGatewayOptions();
        await EmbeddedSidecar.AddSecretsAsync(builder, options, NullLogger.Instance);
        builder.AddGatewayBackend(options);
        builder.AddPortalKeys(options);
        var gateway = new OfflineGateway(builder.Build(), options);
        try
        {
            gateway.app.ValidateSettings();
            if (isThere && string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("Gateway")) && !Directory.Exists(options.DataPath))
                throw new GatewayStartException($"There is no data folder {Path.GetFullPath(options.DataPath)} (Gateway__DataPath).");
            await gateway.OpenStoresAsync(cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>What writes a backup of it.</summary>
    public BackupExport Export => new(Service<IStoreBackup>(), Service<IQueueBackup>(), Service<IHistoryReader>(), TimeProvider.System);

    /// <summary>What fills it from a backup.</summary>
    public BackupImport Import => new(Service<IStoreBackup>(), Service<IQueueBackup>());

    /// <summary>What of it is secret.</summary>
    public BackupSecrets Secrets => new(
        app.Environment.IsDevelopment() ? () => DevelopmentSecrets.LoadOrCreate(options.DataPath) : null,
        Service<IOptions<KeyManagementOptions>>().Value.XmlRepository!);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (sidecar is not null) await sidecar.DisposeAsync();
        folder?.Dispose();
    }

    private async Task OpenStoresAsync(CancellationToken cancellationToken)
    {
        if (DataFolder.IsUsed(app.Configuration)) folder = DataFolder.Acquire(options.DataPath);
        if (!EmbeddedSidecar.IsNeeded(app.Configuration)) return;
        sidecar = await SidecarHost.StartAsync(
            EmbeddedSidecar.WithoutApp(app.Configuration, options), app.Services.GetRequiredService<ILoggerFactory>(), TimeProvider.System, cancellationToken);
        app.Configuration["DAPR_HTTP_ENDPOINT"] = sidecar.HttpAddress.ToString();
    }

    private T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();
}
