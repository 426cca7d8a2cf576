using Gateway.Api.Wire;
using Gateway.Core.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary>A device's presence as it is at the moment of reading: the sweep that writes it down comes a little later.</summary>
internal static class PresenceView
{
    private const string Offline = "offline";

    /// <summary><c>online</c>, <c>busy</c>, <c>error</c> or <c>offline</c>.</summary>
    public static string StatusAt(Presence presence, DateTimeOffset now) =>
        presence.LastSeen is { } seen && now - seen <= Presence.OfflineAfter ? presence.Status : Offline;

    /// <summary>Since when a device is offline; null: it is not, or was never heard of.</summary>
    public static DateTimeOffset? OfflineSince(Presence? presence, DateTimeOffset now) =>
        presence?.LastSeen is { } seen && StatusAt(presence, now) == Offline
            ? (seen + Presence.OfflineAfter is var limit && limit < now ? limit : seen)
            : null;

    /// <summary>When a device was last heard of; null: never.</summary>
    public static string? LastSeen(Presence presence) => presence.LastSeen is { } seen ? WireTime.Text(seen) : null;

    /// <summary><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</summary>
    public static string Lifecycle(Device device) => device.Lifecycle switch
    {
        DeviceLifecycle.Provisioned => "provisioned",
        DeviceLifecycle.Active => "active",
        _ => "suspended",
    };
}
