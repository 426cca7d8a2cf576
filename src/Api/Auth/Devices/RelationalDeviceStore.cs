using Gateway.Core.Devices;
using Gateway.Storage.Devices;

namespace Gateway.Api.Auth.Devices;

/// <summary>Both stores on the relational store's credentials.</summary>
internal sealed class RelationalDeviceStore(IDeviceCredentials credentials) : IDeviceCredentialStore, IDeviceTokenStore
{
    /// <inheritdoc />
    async ValueTask<DeviceCredential?> IDeviceCredentialStore.FindAsync(string deviceId, CancellationToken cancellationToken) =>
        await credentials.FindSecretAsync(deviceId, cancellationToken) is { } found ? CredentialOf(found) : null;

    /// <inheritdoc />
    async ValueTask<IReadOnlyDictionary<string, DeviceCredential>> IDeviceCredentialStore.FindAsync(
        IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken) =>
        (await credentials.FindSecretsAsync(deviceIds, cancellationToken))
            .ToDictionary(found => found.Key, found => CredentialOf(found.Value), StringComparer.Ordinal);

    /// <inheritdoc />
    async ValueTask<DeviceTokenRecord?> IDeviceTokenStore.FindAsync(string tokenHash, CancellationToken cancellationToken) =>
        await credentials.FindTokenAsync(tokenHash, cancellationToken) is { } found
            ? new DeviceTokenRecord(found.DeviceId, found.CustomerId, found.ExpiresAt, AccessOf(found.Lifecycle), found.Revoked)
            : null;

    /// <inheritdoc />
    async ValueTask<bool> IDeviceTokenStore.AddAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        await credentials.AddTokenAsync(tokenHash, deviceId, secretHash, expiresAt, cancellationToken);

    private static DeviceCredential CredentialOf(DeviceSecret secret) => new(secret.SecretHash, AccessOf(secret.Lifecycle));

    private static DeviceAccess AccessOf(DeviceLifecycle lifecycle) => lifecycle switch
    {
        DeviceLifecycle.Active => DeviceAccess.Allowed,
        DeviceLifecycle.Suspended => DeviceAccess.Suspended,
        _ => DeviceAccess.Inactive,
    };
}
