using Gateway.Api.Auth.Devices;
using Gateway.Storage;

namespace Gateway.Api.Tests.Auth.Devices;

/// <summary>The credentials that all replicas share, in memory, with troubles to order.</summary>
internal sealed class FakeDeviceStore : IDeviceCredentialStore, IDeviceTokenStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, DeviceCredential> devices = [];
    private readonly Dictionary<string, DeviceTokenRecord> tokens = [];

    /// <summary>How often a credential was asked for.</summary>
    public int CredentialReads { get; private set; }

    /// <summary>How often a token was asked for.</summary>
    public int TokenReads { get; private set; }

    /// <summary>Every call fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>Every credential look-up waits for this first.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public void Put(string deviceId, string secret, DeviceAccess access = DeviceAccess.Allowed)
    {
        lock (gate) devices[deviceId] = new DeviceCredential(CredentialHash.Of(secret), access);
    }

    /// <summary>As the relational store does when a device is suspended or let in again.</summary>
    public void SetAccess(string deviceId, DeviceAccess access)
    {
        lock (gate)
        {
            devices[deviceId] = devices[deviceId] with { Access = access };
            foreach (var (hash, token) in tokens.ToArray())
            {
                if (token.DeviceId == deviceId) tokens[hash] = token with { Access = access };
            }
        }
    }

    /// <summary>As the relational store does when a device is provisioned anew.</summary>
    public void Revoke(string deviceId)
    {
        lock (gate)
        {
            devices.Remove(deviceId);
            foreach (var (hash, token) in tokens.ToArray())
            {
                if (token.DeviceId == deviceId) tokens[hash] = token with { Revoked = true };
            }
        }
    }

    async ValueTask<DeviceCredential?> IDeviceCredentialStore.FindAsync(string deviceId, CancellationToken cancellationToken)
    {
        await Hold.WaitAsync(cancellationToken);
        lock (gate)
        {
            CredentialReads++;
            ThrowIfDown();
            return devices.GetValueOrDefault(deviceId);
        }
    }

    ValueTask<IReadOnlyDictionary<string, DeviceCredential>> IDeviceCredentialStore.FindAsync(
        IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfDown();
            return ValueTask.FromResult<IReadOnlyDictionary<string, DeviceCredential>>(
                devices.Where(device => deviceIds.Contains(device.Key)).ToDictionary());
        }
    }

    ValueTask<DeviceTokenRecord?> IDeviceTokenStore.FindAsync(string tokenHash, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            TokenReads++;
            ThrowIfDown();
            return ValueTask.FromResult(tokens.GetValueOrDefault(tokenHash));
        }
    }

    public ValueTask<bool> AddAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfDown();
            if (devices.GetValueOrDefault(deviceId) is not { Access: DeviceAccess.Allowed } device || device.SecretHash != secretHash)
                return ValueTask.FromResult(false);
            tokens[tokenHash] = new DeviceTokenRecord(deviceId, "customer-1", expiresAt, device.Access, Revoked: false);
            return ValueTask.FromResult(true);
        }
    }

    private void ThrowIfDown()
    {
        if (IsDown) throw new StorageUnavailableException("The test took the store away.");
    }
}
