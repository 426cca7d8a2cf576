using Gateway.Core.Devices;

namespace Gateway.Storage.Devices;

/// <summary>
/// The hashes that devices authenticate by; no secret and no token is stored. Every member throws
/// <see cref="StorageUnavailableException"/> when the store does not answer. Implementations are thread-safe.
/// </summary>
public interface IDeviceCredentials
{
    /// <summary>A device's secret; null: no such device, or it has not registered.</summary>
    Task<DeviceSecret?> FindSecretAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>The secrets of many devices by id, in one statement; without those that have none.</summary>
    Task<IReadOnlyDictionary<string, DeviceSecret>> FindSecretsAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a session token that was given for a secret. False: the device is not active, or its secret is no longer the one with
    /// <paramref name="secretHash"/> (it was provisioned anew in between), and the token must not be handed out.
    /// </summary>
    Task<bool> AddTokenAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    /// <summary>A token, good or not; null: unknown, or deleted after its end.</summary>
    Task<DeviceToken?> FindTokenAsync(string tokenHash, CancellationToken cancellationToken);
}

/// <summary>What a device authenticates with.</summary>
/// <param name="SecretHash">The hash of its secret.</param>
/// <param name="Lifecycle">Whether it may authenticate.</param>
public sealed record DeviceSecret(string SecretHash, DeviceLifecycle Lifecycle);

/// <summary>A device's session token.</summary>
/// <param name="DeviceId">Whose it is.</param>
/// <param name="CustomerId">The device's owner.</param>
/// <param name="Lifecycle">The device's lifecycle now.</param>
/// <param name="ExpiresAt">Until when it is good, to the millisecond.</param>
/// <param name="Revoked">Whether the device's credentials were revoked since.</param>
public sealed record DeviceToken(string DeviceId, string CustomerId, DeviceLifecycle Lifecycle, DateTimeOffset ExpiresAt, bool Revoked);
