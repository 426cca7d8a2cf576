using Gateway.Core.Devices;
using Gateway.Storage.Devices;

namespace Gateway.Api.Auth.Devices;

/// <summary>Both stores on the relational store's credentials.</summary>
internal sealed class RelationalDeviceStore(IDeviceCredentials credentials) : IDeviceCredentialStore, IDeviceTokenStore
{
    /// <inheritdoc />
    async ValueTask<DeviceCredential?> IDeviceCredentialStore.FindAsync(string deviceId, CancellationToken cancellationToken) =>
        await credentials.FindSecretAsync(deviceId, cancellationToken) is { } found
            ? new DeviceCredential(found.SecretHash, AccessOf(found.Lifecycle))
            : null;

    /// <inheritdoc />
    async ValueTask<DeviceTokenRecord?> IDeviceTokenStore.FindAsync(string tokenHash, CancellationToken cancellationToken) =>
        await credentials.FindTokenAsync(tokenHash, cancellationToken) is { } found
            ? new DeviceTokenRecord(found.DeviceId, found.CustomerId, found.ExpiresAt, AccessOf(found.Lifecycle), found.Revoked)
            : null;

    /// <inheritdoc />
    async ValueTask<bool> IDeviceTokenStore.AddAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        await credentials.AddTokenAsync(tokenHash, deviceId, secretHash, expiresAt, cancellationToken);

    private static DeviceAccess AccessOf(DeviceLifecycle lifecycle) => lifecycle switch
    {
        DeviceLifecycle.Active => DeviceAccess.Allowed,
        DeviceLifecycle.Suspended => DeviceAccess.Suspended,
        _ => DeviceAccess.Inactive,
    };
}
