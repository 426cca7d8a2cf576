using Gateway.Core.Devices;

namespace Gateway.Storage.Nodes;

/// <summary>
/// The nodes and the devices behind them. Every member throws <see cref="StorageUnavailableException"/> when the store does not answer.
/// Implementations are thread-safe.
/// </summary>
public interface INodeStore
{
    /// <summary>Makes a node known, or notes what is new about it. False: the id is a device's; nothing was changed.</summary>
    Task<bool> SeeAsync(NodeSighting node, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes devices up under a node, in one statement: new ones are made, and those of another node move here. Answers the ids that are behind this
    /// node now; one that is left out is a customer's device or a node. Again: changes nothing.
    /// </summary>
    /// <param name="nodeId">The node, which is known.</param>
    /// <param name="devices">The devices, each once.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<string>> TakeUpAsync(
        string nodeId, IReadOnlyCollection<NodeDevice> devices, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A node; null: none.</summary>
    Task<Node?> FindAsync(string nodeId, CancellationToken cancellationToken);

    /// <summary>Nodes by id; <paramref name="status"/> <c>online</c>, <c>error</c> or <c>offline</c>, null: of any.</summary>
    Task<Page<Node>> ListAsync(string? status, int limit, int offset, CancellationToken cancellationToken);

    /// <summary>A device behind a node; null: none.</summary>
    Task<FrontedDevice?> FindDeviceAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>Which device behind a node a command is of, as history has it; null: of none.</summary>
    Task<string?> FindTaskDeviceAsync(string nodeId, string commandId, CancellationToken cancellationToken);

    /// <summary>
    /// Devices behind nodes, by id; <paramref name="nodeId"/> null: behind any; <paramref name="status"/> as in <see cref="Presence.Status"/>, null: of any.
    /// </summary>
    Task<Page<FrontedDevice>> ListDevicesAsync(string? nodeId, string? status, int limit, int offset, CancellationToken cancellationToken);
}

/// <summary>A node that has come.</summary>
/// <param name="Id">Its id (<see cref="Core.Ids.DeviceIds"/>).</param>
/// <param name="Name">Its name; null: keep the former, or the id.</param>
/// <param name="Ip">The address that it comes from; null: keep the former.</param>
/// <param name="Version">The version of its program; null: keep the former.</param>
public sealed record NodeSighting(string Id, string? Name, string? Ip, string? Version);

/// <summary>A device that a node names.</summary>
/// <param name="Id">Its id (<see cref="Core.Ids.DeviceIds"/>).</param>
/// <param name="Serial">The maker's number on it; null: keep the former.</param>
public sealed record NodeDevice(string Id, string? Serial);

/// <summary>A machine that fronts many devices over one socket.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; the id when it has said none.</param>
/// <param name="Ip">The address that it last came from; null: unknown.</param>
/// <param name="Version">The version of its program; null: unknown.</param>
/// <param name="DeviceCount">How many devices are behind it.</param>
/// <param name="CreatedAt">When it first came.</param>
/// <param name="Presence">Its presence.</param>
public sealed record Node(string Id, string Name, string? Ip, string? Version, long DeviceCount, DateTimeOffset CreatedAt, Presence Presence);

/// <summary>A device behind a node.</summary>
/// <param name="Id">Its id.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="Serial">The maker's number on it; null: not known.</param>
/// <param name="CurrentCommandId">The command that it works on; null: none. What of several was claimed first.</param>
/// <param name="Presence">Its presence.</param>
public sealed record FrontedDevice(string Id, string NodeId, string? Serial, string? CurrentCommandId, Presence Presence);
