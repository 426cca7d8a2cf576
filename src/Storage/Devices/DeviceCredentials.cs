using Gateway.Storage.Database;

namespace Gateway.Storage.Devices;

/// <summary>
/// The secrets in <c>devices</c> and the table <c>device_tokens</c>. A token carries the version of the credentials that it was given for:
/// one statement that counts the version up revokes them all, and also those that are being added at that moment.
/// </summary>
internal sealed class DeviceCredentials(GatewayDatabase database) : IDeviceCredentials
{
    private static readonly Column<string> Id = Column<string>.OfText("id", id => id);

    public async Task<DeviceSecret?> FindSecretAsync(string deviceId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement("select secret_hash, lifecycle from devices where id = @id and secret_hash is not null", ("id", deviceId)),
            row => new DeviceSecret(row.GetString(0), DeviceRow.Lifecycle(row.GetString(1))),
            cancellationToken)).FirstOrDefault();

    public async Task<IReadOnlyDictionary<string, DeviceSecret>> FindSecretsAsync(
        IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken)
    {
        if (deviceIds.Count == 0) return new Dictionary<string, DeviceSecret>();
        var asked = database.Rows(deviceIds, Id);
        var found = await database.QueryAsync(
            new Statement(
                $"select d.id, d.secret_hash, d.lifecycle from {asked.Source} join devices d on d.id = r.id where d.secret_hash is not null",
                asked.Parameters),
            row => (Id: row.GetString(0), Secret: new DeviceSecret(row.GetString(1), DeviceRow.Lifecycle(row.GetString(2)))),
            cancellationToken);
        return found.ToDictionary(device => device.Id, device => device.Secret, StringComparer.Ordinal);
    }

    public async Task<bool> AddTokenAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Statement(
                """
                insert into device_tokens (token_hash, device_id, credentials_version, expires_at)
                select @token, id, credentials_version, @expires from devices
                where id = @id and lifecycle = 'active' and secret_hash = @secret
                on conflict (token_hash) do update set expires_at = excluded.expires_at
                  where device_tokens.device_id = excluded.device_id and device_tokens.credentials_version = excluded.credentials_version
                returning device_id
                """,
                ("token", tokenHash), ("id", deviceId), ("secret", secretHash), ("expires", expiresAt)),
            row => row.GetString(0),
            Repeat.Safe,
            cancellationToken)).Count > 0;

    public async Task<DeviceToken?> FindTokenAsync(string tokenHash, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                """
                select d.id, d.customer_id, d.lifecycle, t.expires_at, t.credentials_version <> d.credentials_version
                from device_tokens t join devices d on d.id = t.device_id
                where t.token_hash = @token
                """,
                ("token", tokenHash)),
            row => new DeviceToken(
                row.GetString(0), row.GetString(1), DeviceRow.Lifecycle(row.GetString(2)), row.Time(3), row.GetBoolean(4)),
            cancellationToken)).FirstOrDefault();
}
