namespace Gateway.Portal.Api;

/// <summary>A part of the nodes.</summary>
/// <param name="Nodes">The part.</param>
/// <param name="Total">How many there are in all.</param>
internal sealed record NodeList(IReadOnlyList<NodeItem> Nodes, long Total);

/// <summary>A node: a machine that fronts devices (orchestrator-api.md).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status"><c>online</c>, <c>error</c> or <c>offline</c>.</param>
/// <param name="DeviceCount">How many devices are behind it.</param>
/// <param name="LastHeartbeat">When it was last heard of; null: never.</param>
/// <param name="Ip">Where it comes from; null: unknown.</param>
/// <param name="Version">The version of its program; null: it has not said.</param>
public sealed record NodeItem(string Id, string Name, string Status, long DeviceCount, DateTimeOffset? LastHeartbeat, string? Ip, string? Version);

/// <summary>A part of the devices behind nodes.</summary>
/// <param name="Devices">The part.</param>
/// <param name="Total">How many there are in all.</param>
internal sealed record FrontedList(IReadOnlyList<FrontedDevice> Devices, long Total);

/// <summary>A device behind a node.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Serial">The maker's number, else its id.</param>
/// <param name="Status">One of <see cref="FrontedStates"/>.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="CurrentTask">What it works on; null: nothing.</param>
/// <param name="LastSeen">When its node last named it; null: never.</param>
public sealed record FrontedDevice(string Id, string Serial, string Status, string NodeId, string? CurrentTask, DateTimeOffset? LastSeen);

/// <summary>What a device behind a node does.</summary>
internal static class FrontedStates
{
    public const string Active = "active", Idle = "idle", Error = "error", Offline = "offline";

    /// <summary>All of them, in the order in which they are counted.</summary>
    public static readonly IReadOnlyList<string> All = [Active, Idle, Error, Offline];
}
