using Gateway.Core.Channels;
using Gateway.Core.History;
using Gateway.Storage.Audit;
using Gateway.Storage.Backup;
using Gateway.Storage.Channels;
using Gateway.Storage.Database;
using Gateway.Storage.Database.Postgres;
using Gateway.Storage.Database.Sqlite;
using Gateway.Storage.Devices;
using Gateway.Storage.Emergencies;
using Gateway.Storage.History;
using Gateway.Storage.Maintenance;
using Gateway.Storage.Nodes;
using Gateway.Storage.Output;
using Gateway.Storage.ProtectionKeys;
using Gateway.Storage.RateLimits;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Gateway.Storage;

/// <summary>Registers the relational store.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// Adds the store: <see cref="IStorageStartup"/> (call it before anything else), <see cref="IStorageHealth"/>, <see cref="IDeviceStore"/>,
    /// <see cref="IDeviceCredentials"/>, <see cref="IPresenceStore"/>, <see cref="INodeStore"/>, <see cref="ICommandHistory"/>, <see cref="IHistoryReader"/>,
    /// <see cref="ISessionStore"/>, <see cref="ISweepQueries"/>, <see cref="ICommandCounts"/>, <see cref="IDeviceChannelStore"/>,
    /// <see cref="ICommandOutput"/>, <see cref="IRateCounts"/>, <see cref="IProtectionKeys"/>, <see cref="IEmergencyStore"/>, <see cref="IServiceResets"/>,
    /// <see cref="IAuditLog"/>, <see cref="IStorageMaintenance"/> and <see cref="IStoreBackup"/>. Settings:
    /// <c>ConnectionStrings:Gateway</c>, <c>Gateway:DataPath</c>, and the other members of <see cref="StorageOptions"/> under <c>Gateway:Storage</c>.
    /// </summary>
    public static IServiceCollection AddGatewayStorage(this IServiceCollection services, IConfiguration configuration) =>
        services.AddGatewayStorage(options =>
        {
            configuration.GetSection("Gateway:Storage").Bind(options);
            options.ConnectionString = configuration.GetConnectionString("Gateway");
            if (configuration["Gateway:DataPath"] is { Length: > 0 } dataPath) options.DataPath = dataPath;
        });

    /// <summary>Adds the store with the options given in code.</summary>
    public static IServiceCollection AddGatewayStorage(this IServiceCollection services, Action<StorageOptions> configure)
    {
        services.AddOptions<StorageOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton(Open);
        services.AddSingleton<IStorageStartup, StorageStartup>();
        services.AddSingleton<IStorageHealth, StorageHealth>();
        services.AddSingleton<IDeviceStore, DeviceStore>();
        services.AddSingleton<IDeviceCredentials, DeviceCredentials>();
        services.AddSingleton<IPresenceStore, PresenceStore>();
        services.AddSingleton<INodeStore, NodeStore>();
        services.AddSingleton<ICommandHistory, CommandHistory>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<IHistoryReader>(provider => provider.GetRequiredService<HistoryReader>());
        services.AddSingleton<ISessionStore>(provider => provider.GetRequiredService<HistoryReader>());
        services.AddSingleton<ISweepQueries>(provider => provider.GetRequiredService<HistoryReader>());
        services.AddSingleton<ICommandCounts, CommandCounts>();
        services.AddSingleton<IDeviceChannelStore, DeviceChannelStore>();
        services.AddSingleton<ICommandOutput, CommandOutput>();
        services.AddSingleton<IRateCounts, RateCounts>();
        services.AddSingleton<IProtectionKeys, ProtectionKeys.ProtectionKeys>();
        services.AddSingleton<IEmergencyStore, EmergencyStore>();
        services.AddSingleton<IServiceResets, ServiceResets>();
        services.AddSingleton<IAuditLog, AuditLog>();
        services.AddSingleton<IStorageMaintenance, StorageMaintenance>();
        services.AddSingleton<IStoreBackup, StoreBackup>();
        return services;
    }

    /// <summary>Adds <see cref="HeartbeatBatcher"/>, for a process that takes heartbeats.</summary>
    public static IServiceCollection AddHeartbeatBatcher(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<HeartbeatBatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<HeartbeatBatcher>());
        return services;
    }

    /// <summary>Adds <see cref="OutputBatcher"/>, for a process that takes output of commands.</summary>
    public static IServiceCollection AddOutputBatcher(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<OutputBatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutputBatcher>());
        return services;
    }

    /// <summary>Adds the loop that deletes what is past its retention.</summary>
    public static IServiceCollection AddStorageMaintenance(this IServiceCollection services) => services.AddHostedService<MaintenanceLoop>();

    private static GatewayDatabase Open(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (!options.UsesPostgres) return new SqliteDatabase(options.DataPath);
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            settings.ApplicationName ??= "gateway";
            var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            // Metrics of the pool bear it; without one they would bear the connection string.
            source.Name = "gateway";
            if (provider.GetService<ILoggerFactory>() is { } logs) source.UseLoggerFactory(logs);
            return new PostgresDatabase(source.Build());
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // The message of a parser may quote what it could not read, a password included.
            throw new StorageStartException("ConnectionStrings:Gateway is no Postgres connection string (Host=…;Database=…;Username=…).", e);
        }
    }
}
