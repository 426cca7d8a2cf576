using Gateway.Core.Devices;

namespace Gateway.Storage.Devices;

/// <summary>
/// The devices and their owners. Every member throws <see cref="StorageUnavailableException"/> when the store does not answer.
/// Implementations are thread-safe.
/// </summary>
public interface IDeviceStore
{
    /// <summary>
    /// Makes a device that may register with its activation code. A device that never registered, and whose code has expired,
    /// is provisioned anew for the same customer.
    /// </summary>
    Task<ProvisionOutcome> ProvisionAsync(NewDevice device, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Uses a device's activation code, once: of any number of calls with it, on any replicas, one gets <see cref="RegistrationOutcome.Registered"/>.
    /// </summary>
    Task<Registration> RegisterAsync(DeviceRegistration registration, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A device; null: none.</summary>
    Task<Device?> FindAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the devices of which the store knows something else or later than is known already: another owner or lifecycle, a later sign of
    /// life, another status, later events. One statement for any number of devices.
    /// </summary>
    Task<IReadOnlyList<ChangedDevice>> FindChangedAsync(IReadOnlyCollection<KnownDevice> known, CancellationToken cancellationToken);

    /// <summary>
    /// A customer's devices by name, whatever its case, then id; one without a name by its id.
    /// <paramref name="search"/> is a part of their id, name or location, whatever its case (beyond ASCII, case may matter in locations);
    /// null: any. <paramref name="limit"/> and <paramref name="offset"/> are not negative.
    /// </summary>
    Task<Page<Device>> ListAsync(
        string customerId, PresenceFilter presence, string? search, int limit, int offset, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a device out or lets it in again. One that has not registered is <see cref="DeviceLifecycle.Provisioned"/> again
    /// when its lock ends. Answers the device as it then is; null: none.
    /// </summary>
    Task<Device?> SetSuspendedAsync(string deviceId, bool suspended, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a device of a customer a new activation code, for example when its secret was lost: the secret and every token that it has are
    /// revoked, and it must register again. A suspended device stays as it is.
    /// </summary>
    Task<ReprovisionOutcome> ReprovisionAsync(
        string deviceId, string customerId, string activationCodeHash, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}

/// <summary>Which devices a list holds, by presence.</summary>
public enum PresenceFilter
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those whose status is not <c>offline</c>: online, busy or error.</summary>
    Online,

    /// <summary>Those whose status is <c>offline</c>, and those never heard of.</summary>
    Offline,
}
