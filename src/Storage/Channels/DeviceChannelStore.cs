using Gateway.Core.Channels;
using Gateway.Core.Queue;
using Gateway.Storage.Database;

namespace Gateway.Storage.Channels;

/// <summary>The table <c>device_channels</c>.</summary>
internal sealed class DeviceChannelStore(GatewayDatabase database) : IDeviceChannelStore
{
    private static readonly Column<DeviceChannel> DeviceId = Column<DeviceChannel>.OfText("device_id", c => c.DeviceId);
    private static readonly Column<DeviceChannel> Replica = Column<DeviceChannel>.OfText("replica", c => c.Holder.Replica);
    private static readonly Column<DeviceChannel> Boot = Column<DeviceChannel>.OfNumber("boot", c => c.Holder.Boot);
    private static readonly Column<DeviceChannel> Connection = Column<DeviceChannel>.OfText("connection", c => c.Connection);
    private static readonly Column<DeviceChannel> AttachedAt = Column<DeviceChannel>.OfNumber("attached_at", c => c.AttachedAt);
    private static readonly Column<DeviceChannel> Revision = Column<DeviceChannel>.OfNumber("revision", c => c.Revision);

    public async Task WriteAsync(IReadOnlyCollection<DeviceChannelChange> changes, CancellationToken cancellationToken)
    {
        var statements = new List<Statement>(2);
        if (Of(changes, isAttached: false) is { Count: > 0 } detached) statements.Add(Delete(detached));
        if (Of(changes, isAttached: true) is { Count: > 0 } attached) statements.Add(Upsert(attached));
        if (statements.Count > 0) await database.ExecuteAsync(statements, Repeat.Safe, cancellationToken);
    }

    public async Task<IReadOnlyList<ReplicaBoot>> HoldersAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement("select distinct replica, boot from device_channels order by replica, boot"),
            row => new ReplicaBoot(row.GetString(0), row.GetInt64(1)),
            cancellationToken);

    public async Task<IReadOnlyList<DeviceChannel>> HeldByAsync(ReplicaBoot holder, string? afterId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                """
                select device_id, connection, attached_at, revision from device_channels
                where replica = @replica and boot = @boot and device_id > @after
                order by device_id limit @limit
                """,
                ("replica", holder.Replica), ("boot", holder.Boot), ("after", afterId ?? ""), ("limit", limit)),
            row => new DeviceChannel(row.GetString(0), holder, row.GetString(1), row.GetInt64(2), row.GetInt64(3)),
            cancellationToken);

    // In one order everywhere, so that two replicas do not wait for each other's rows.
    private static List<DeviceChannel> Of(IReadOnlyCollection<DeviceChannelChange> changes, bool isAttached) =>
        [.. changes.Where(change => change.IsAttached == isAttached).Select(change => change.Channel).OrderBy(channel => channel.DeviceId, StringComparer.Ordinal)];

    private Statement Delete(List<DeviceChannel> channels)
    {
        var rows = database.Rows(channels, DeviceId, Connection);
        return new Statement(
            $"delete from device_channels where (device_id, connection) in (select r.device_id, r.connection from {rows.Source})", rows.Parameters);
    }

    private Statement Upsert(List<DeviceChannel> channels)
    {
        var rows = database.Rows(channels, DeviceId, Replica, Boot, Connection, AttachedAt, Revision);
        return new Statement(
            $"""
            insert into device_channels (device_id, replica, boot, connection, attached_at, revision)
            select r.device_id, r.replica, r.boot, r.connection, r.attached_at, r.revision from {rows.Source}
            where true
            order by r.device_id
            on conflict (device_id) do update set
              replica = excluded.replica, boot = excluded.boot, connection = excluded.connection,
              attached_at = excluded.attached_at, revision = excluded.revision
            where excluded.revision > device_channels.revision
            """,
            rows.Parameters);
    }
}
