using Gateway.Storage;

namespace Gateway.Api.Auth.Devices;

/// <summary>Whether a device may authenticate.</summary>
internal enum DeviceAccess
{
    /// <summary>It may.</summary>
    Allowed,

    /// <summary>It is not in service: provisioned anew, not yet registered.</summary>
    Inactive,

    /// <summary>It is locked out.</summary>
    Suspended,
}

/// <summary>What a device authenticates with.</summary>
/// <param name="SecretHash">The <see cref="CredentialHash"/> of its secret.</param>
/// <param name="Access">Whether it may.</param>
internal sealed record DeviceCredential(string SecretHash, DeviceAccess Access);

/// <summary>Where devices' secrets are kept. Thread-safe.</summary>
internal interface IDeviceCredentialStore
{
    /// <summary>A device's credential; null: no such device, or it has none.</summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    ValueTask<DeviceCredential?> FindAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>The credentials of many devices at once, by id, without those that have none.</summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    ValueTask<IReadOnlyDictionary<string, DeviceCredential>> FindAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken);
}
