using Gateway.Core.Channels;
using Gateway.Core.History;
using Gateway.Storage.Audit;
using Gateway.Storage.Backup;
using Gateway.Storage.Database;
using Gateway.Storage.Devices;
using Gateway.Storage.Emergencies;
using Gateway.Storage.History;
using Gateway.Storage.Maintenance;
using Gateway.Storage.Nodes;
using Gateway.Storage.Output;
using Gateway.Storage.ProtectionKeys;
using Gateway.Storage.RateLimits;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Storage.Tests.Kit;

/// <summary>The store as one replica has it.</summary>
internal sealed class GatewayStore : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    public GatewayStore(TimeProvider time, Action<StorageOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddGatewayStorage(configure);
        provider = services.BuildServiceProvider();
    }

    public IStorageStartup Startup => provider.GetRequiredService<IStorageStartup>();

    public IStorageHealth Health => provider.GetRequiredService<IStorageHealth>();

    public IDeviceStore Devices => provider.GetRequiredService<IDeviceStore>();

    public IDeviceCredentials Credentials => provider.GetRequiredService<IDeviceCredentials>();

    public IPresenceStore Presence => provider.GetRequiredService<IPresenceStore>();

    public INodeStore Nodes => provider.GetRequiredService<INodeStore>();

    public ICommandHistory History => provider.GetRequiredService<ICommandHistory>();

    public IHistoryReader Reader => provider.GetRequiredService<IHistoryReader>();

    public ISessionStore Sessions => provider.GetRequiredService<ISessionStore>();

    public ISweepQueries Sweep => provider.GetRequiredService<ISweepQueries>();

    public ICommandCounts Counts => provider.GetRequiredService<ICommandCounts>();

    public IDeviceChannelStore Channels => provider.GetRequiredService<IDeviceChannelStore>();

    public ICommandOutput Output => provider.GetRequiredService<ICommandOutput>();

    public IProtectionKeys ProtectionKeys => provider.GetRequiredService<IProtectionKeys>();

    public IRateCounts RateCounts => provider.GetRequiredService<IRateCounts>();

    public IEmergencyStore Emergencies => provider.GetRequiredService<IEmergencyStore>();

    public IServiceResets ServiceResets => provider.GetRequiredService<IServiceResets>();

    public IAuditLog Audit => provider.GetRequiredService<IAuditLog>();

    public IStorageMaintenance Maintenance => provider.GetRequiredService<IStorageMaintenance>();

    public IStoreBackup Backup => provider.GetRequiredService<IStoreBackup>();

    /// <summary>The database under the stores.</summary>
    public GatewayDatabase Database => provider.GetRequiredService<GatewayDatabase>();

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}
