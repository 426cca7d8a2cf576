using System.Text.RegularExpressions;
using Gateway.Core.Devices;
using Gateway.Storage.Database;

namespace Gateway.Storage.Devices;

/// <summary>The table <c>devices</c>. Whatever must happen once is one statement, so that the database decides between replicas.</summary>
internal sealed partial class DeviceStore(GatewayDatabase database) : IDeviceStore
{
    private static readonly Column<KnownDevice> KnownId = Column<KnownDevice>.OfText("known_id", k => k.Device.Id);
    private static readonly Column<KnownDevice> KnownCustomer = Column<KnownDevice>.OfText("known_customer", k => k.Device.CustomerId);
    private static readonly Column<KnownDevice> KnownLifecycle = Column<KnownDevice>.OfText("known_lifecycle", k => DeviceRow.Name(k.Device.Lifecycle));
    private static readonly Column<KnownDevice> KnownStatus = Column<KnownDevice>.OfText("known_status", k => k.Device.Presence.Status);
    private static readonly Column<KnownDevice> KnownSeen =
        Column<KnownDevice>.OfNumber("known_seen", k => k.Device.Presence.LastSeen?.ToUnixTimeMilliseconds() ?? 0);
    private static readonly Column<KnownDevice> KnownSeq = Column<KnownDevice>.OfNumber("known_seq", k => k.LastSeq);

    public async Task<ProvisionOutcome> ProvisionAsync(NewDevice device, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var created = await database.ChangeAsync(
            new Statement(
                """
                insert into devices (id, customer_id, name, sort_name, location, lifecycle, created_at, activation_hash, activation_expires_at)
                values (@id, @customer, @name, @sort_name, @location, 'provisioned', @now, @code, @expires)
                on conflict (id) do update set
                  name = excluded.name, sort_name = excluded.sort_name, location = excluded.location, created_at = excluded.created_at,
                  activation_hash = excluded.activation_hash, activation_expires_at = excluded.activation_expires_at
                where devices.lifecycle = 'provisioned' and devices.customer_id = excluded.customer_id
                  and devices.activation_expires_at <= @now
                returning id
                """,
                ("id", device.Id),
                ("customer", device.CustomerId),
                ("name", device.Name),
                ("sort_name", DeviceRow.SortName(device.Name, device.Id)),
                ("location", device.Location),
                ("code", device.ActivationCodeHash),
                ("expires", device.ExpiresAt),
                ("now", now)),
            row => row.GetString(0),
            Repeat.Never,
            cancellationToken);
        return created.Count > 0 ? ProvisionOutcome.Created : ProvisionOutcome.AlreadyExists;
    }

    public async Task<Registration> RegisterAsync(DeviceRegistration registration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var registered = await database.ChangeAsync(
                new Statement(
                    $"""
                    update devices set
                      lifecycle = 'active', secret_hash = @secret, registered_at = @now, activation_hash = null, activation_expires_at = null,
                      location = coalesce(@location, location), model = coalesce(@model, model)
                    where id = @id and lifecycle = 'provisioned' and activation_hash = @code and activation_expires_at > @now
                    returning {DeviceRow.Columns}
                    """,
                    ("id", registration.DeviceId),
                    ("code", registration.ActivationCodeHash),
                    ("secret", registration.SecretHash),
                    ("location", registration.Location),
                    ("model", registration.Model),
                    ("now", now)),
                DeviceRow.Read,
                Repeat.Never,
                cancellationToken);
            if (registered.Count > 0) return new(RegistrationOutcome.Registered, registered[0]);
            if (await WhyNotAsync(registration, now, cancellationToken) is { } outcome) return new(outcome, null);
        }
    }

    public async Task<Device?> FindAsync(string deviceId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement($"select {DeviceRow.Columns} from devices where id = @id", ("id", deviceId)),
            DeviceRow.Read,
            cancellationToken)).FirstOrDefault();

    public async Task<IReadOnlyList<ChangedDevice>> FindChangedAsync(IReadOnlyCollection<KnownDevice> known, CancellationToken cancellationToken)
    {
        if (known.Count == 0) return [];
        var rows = database.Rows(known, KnownId, KnownCustomer, KnownLifecycle, KnownStatus, KnownSeen, KnownSeq);
        return await database.QueryAsync(
            new Statement(
                $"""
                select {DeviceRow.Columns}, coalesce((select max(seq) from device_events where device_id = devices.id), 0)
                from devices where id in (
                  select d.id from {rows.Source} join devices d on d.id = r.known_id left join presence p on p.device_id = d.id
                  where d.customer_id <> r.known_customer or d.lifecycle <> r.known_lifecycle
                    or p.last_seen > r.known_seen or (p.last_seen = r.known_seen and p.status <> r.known_status)
                    or (select max(e.seq) from device_events e where e.device_id = d.id) > r.known_seq)
                """,
                rows.Parameters),
            row => new ChangedDevice(DeviceRow.Read(row), row.GetInt64(12)),
            cancellationToken);
    }

    public async Task<Page<Device>> ListAsync(
        string customerId, PresenceFilter presence, string? search, int limit, int offset, CancellationToken cancellationToken)
    {
        var where = "customer_id = @customer" + presence switch
        {
            PresenceFilter.Online => " and exists (select 1 from presence where device_id = devices.id and status <> 'offline')",
            PresenceFilter.Offline => " and not exists (select 1 from presence where device_id = devices.id and status <> 'offline')",
            _ => "",
        };
        var pattern = search is null ? null : $"%{LikeWord().Replace(search.ToLowerInvariant(), @"\$0")}%";
        if (pattern is not null)
            where += @" and (lower(id) like @search escape '\' or sort_name like @search escape '\' or lower(location) like @search escape '\')";
        var devices = await database.QueryAsync(
            new Statement(
                $"select {DeviceRow.Columns} from devices where {where} order by sort_name, id limit @limit offset @offset",
                ("customer", customerId), ("search", pattern), ("limit", limit), ("offset", offset)),
            DeviceRow.Read,
            cancellationToken);
        var total = await database.QueryAsync(
            new Statement($"select count(*) from devices where {where}", ("customer", customerId), ("search", pattern)),
            row => row.GetInt64(0),
            cancellationToken);
        return new(devices, total[0]);
    }

    public async Task<Device?> SetSuspendedAsync(string deviceId, bool suspended, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Statement(
                $"""
                update devices set lifecycle =
                  case when @suspended = 1 then 'suspended' when secret_hash is null then 'provisioned' else 'active' end
                where id = @id
                returning {DeviceRow.Columns}
                """,
                ("id", deviceId), ("suspended", suspended ? 1 : 0)),
            DeviceRow.Read,
            Repeat.Safe,
            cancellationToken)).FirstOrDefault();

    public async Task<ReprovisionOutcome> ReprovisionAsync(
        string deviceId, string customerId, string activationCodeHash, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var reprovisioned = await database.ChangeAsync(
            new Statement(
                """
                update devices set
                  lifecycle = 'provisioned', secret_hash = null, registered_at = null, credentials_version = credentials_version + 1,
                  activation_hash = @code, activation_expires_at = @expires
                where id = @id and customer_id = @customer and lifecycle <> 'suspended'
                returning id
                """,
                ("id", deviceId), ("customer", customerId), ("code", activationCodeHash), ("expires", expiresAt)),
            row => row.GetString(0),
            Repeat.Safe,
            cancellationToken);
        if (reprovisioned.Count > 0) return ReprovisionOutcome.Reprovisioned;
        var device = await FindAsync(deviceId, cancellationToken);
        return device?.CustomerId == customerId ? ReprovisionOutcome.Suspended : ReprovisionOutcome.NotFound;
    }

    /// <summary>Why a registration changed nothing; null: nothing is in its way any more, try again.</summary>
    private async Task<RegistrationOutcome?> WhyNotAsync(
        DeviceRegistration registration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var devices = await database.QueryAsync(
            new Statement(
                """
                select lifecycle, secret_hash is not null, coalesce(activation_hash = @code, false), coalesce(activation_expires_at > @now, false)
                from devices where id = @id
                """,
                ("id", registration.DeviceId), ("code", registration.ActivationCodeHash), ("now", now)),
            row => (
                Lifecycle: DeviceRow.Lifecycle(row.GetString(0)),
                Registered: row.GetBoolean(1),
                RightCode: row.GetBoolean(2),
                InTime: row.GetBoolean(3)),
            cancellationToken);
        if (devices.Count == 0) return RegistrationOutcome.NotProvisioned;
        return devices[0] switch
        {
            { Registered: true } => RegistrationOutcome.AlreadyRegistered,
            { RightCode: false } => RegistrationOutcome.WrongCode,
            { InTime: false } => RegistrationOutcome.CodeExpired,
            { Lifecycle: DeviceLifecycle.Suspended } => RegistrationOutcome.Suspended,
            _ => null,
        };
    }

    /// <summary>What LIKE would take for more than itself.</summary>
    [GeneratedRegex(@"[\\%_]")]
    private static partial Regex LikeWord();
}
