using Gateway.Storage;

namespace Gateway.Api.Auth.Devices;

/// <summary>A device's session token as it is kept.</summary>
/// <param name="DeviceId">Whose it is.</param>
/// <param name="OwnerId">The customer who owns the device.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Access">Whether the device may work now.</param>
/// <param name="Revoked">Whether the device's credentials were revoked since.</param>
internal sealed record DeviceTokenRecord(string DeviceId, string OwnerId, DateTimeOffset ExpiresAt, DeviceAccess Access, bool Revoked);

/// <summary>Where devices' session tokens are kept, by their <see cref="CredentialHash"/>. Thread-safe.</summary>
internal interface IDeviceTokenStore
{
    /// <summary>A token, good or not; null: unknown.</summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    ValueTask<DeviceTokenRecord?> FindAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a token that was given for a secret. False: by now the device may not work or has another secret, and the token
    /// must not be handed out.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    ValueTask<bool> AddAsync(string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}
