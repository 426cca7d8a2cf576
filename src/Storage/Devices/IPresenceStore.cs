using Gateway.Core.Devices;

namespace Gateway.Storage.Devices;

/// <summary>
/// Who was heard of when (DESIGN, "Presence"). Both members are one statement, whatever the number of devices, and throw
/// <see cref="StorageUnavailableException"/> when the store does not answer. Implementations are thread-safe.
/// </summary>
public interface IPresenceStore
{
    /// <summary>
    /// Writes heartbeats; of several of one device the latest counts, and one older than what is stored changes nothing.
    /// Heartbeats of unknown devices are passed over. Answers the changes of status. Writing again changes nothing.
    /// </summary>
    Task<IReadOnlyList<PresenceChange>> WriteHeartbeatsAsync(IReadOnlyCollection<Heartbeat> heartbeats, CancellationToken cancellationToken);

    /// <summary>
    /// Turns every device whose last heartbeat is more than <see cref="Presence.OfflineAfter"/> before <paramref name="now"/> offline,
    /// and answers those. Of several replicas that do so at once, one gets each device.
    /// </summary>
    Task<IReadOnlyList<PresenceChange>> MarkOfflineAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A change of a device's status, told once.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="CustomerId">Its owner.</param>
/// <param name="Previous">Its status before: <c>offline</c>, <c>online</c>, <c>busy</c> or <c>error</c>.</param>
/// <param name="Status">Its status now.</param>
/// <param name="LastSeen">When its last heartbeat arrived.</param>
public sealed record PresenceChange(string DeviceId, string CustomerId, string Previous, string Status, DateTimeOffset LastSeen);
