using System.Data.Common;
using Gateway.Core.Devices;
using Gateway.Storage.Database;
using Gateway.Storage.Devices;

namespace Gateway.Storage.Nodes;

/// <summary>The table <c>nodes</c>, and the rows of <c>devices</c> that belong to it.</summary>
internal sealed class NodeStore(GatewayDatabase database) : INodeStore
{
    private const string NodeColumns =
        """
        id, name, ip, version, created_at, (select count(*) from devices d where d.node_id = nodes.id),
        (select status from presence where device_id = nodes.id),
        (select last_seen from presence where device_id = nodes.id),
        (select metrics from presence where device_id = nodes.id),
        (select diagnostics from presence where device_id = nodes.id)
        """;

    private const string DeviceColumns =
        """
        id, node_id, serial, (select min(command_id) from commands c where c.device_id = devices.id and c.state = 'claimed'),
        (select status from presence where device_id = devices.id),
        (select last_seen from presence where device_id = devices.id),
        (select metrics from presence where device_id = devices.id),
        (select diagnostics from presence where device_id = devices.id)
        """;

    private static readonly Column<NodeDevice> DeviceId = Column<NodeDevice>.OfText("device_id", d => d.Id);
    private static readonly Column<NodeDevice> Serial = Column<NodeDevice>.OfText("serial", d => d.Serial);
    private static readonly Column<NodeDevice> SortName = Column<NodeDevice>.OfText("sort_name", d => DeviceRow.SortName(null, d.Id));

    public async Task<bool> SeeAsync(NodeSighting node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The row of devices first, since it says whether the id is free; the node's own row only where it was.
        await database.ExecuteAsync(
            [
                new(
                    """
                    insert into devices (id, customer_id, sort_name, lifecycle, created_at, registered_at)
                    values (@id, @owner, @sort_name, 'active', @now, @now)
                    on conflict (id) do nothing
                    """,
                    ("id", node.Id), ("owner", Owners.Orchestrator), ("sort_name", DeviceRow.SortName(null, node.Id)), ("now", now)),
                new(
                    """
                    insert into nodes (id, name, ip, version, created_at)
                    select id, coalesce(@name, id), @ip, @version, @now from devices where id = @id and customer_id = @owner and node_id is null
                    on conflict (id) do update set
                      name = coalesce(@name, nodes.name), ip = coalesce(@ip, nodes.ip), version = coalesce(@version, nodes.version)
                    """,
                    ("id", node.Id), ("owner", Owners.Orchestrator), ("name", node.Name), ("ip", node.Ip), ("version", node.Version), ("now", now)),
            ],
            Repeat.Safe,
            cancellationToken);
        return await FindAsync(node.Id, cancellationToken) is not null;
    }

    public async Task<IReadOnlyList<string>> TakeUpAsync(
        string nodeId, IReadOnlyCollection<NodeDevice> devices, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (devices.Count == 0) return [];
        var rows = database.Rows(devices.OrderBy(device => device.Id, StringComparer.Ordinal).ToList(), DeviceId, Serial, SortName);
        return await database.ChangeAsync(
            new Statement(
                $"""
                insert into devices (id, customer_id, sort_name, lifecycle, created_at, registered_at, node_id, serial)
                select r.device_id, @owner, r.sort_name, 'active', @now, @now, @node, r.serial from {rows.Source}
                where true
                order by r.device_id
                on conflict (id) do update set node_id = excluded.node_id, serial = coalesce(excluded.serial, devices.serial)
                where devices.customer_id = @owner and devices.node_id is not null
                returning id
                """,
                [.. rows.Parameters, ("owner", Owners.Orchestrator), ("now", now), ("node", nodeId)]),
            row => row.GetString(0),
            Repeat.Safe,
            cancellationToken);
    }

    public async Task<Node?> FindAsync(string nodeId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement($"select {NodeColumns} from nodes where id = @id", ("id", nodeId)), ReadNode, cancellationToken)).FirstOrDefault();

    public Task<Page<Node>> ListAsync(string? status, int limit, int offset, CancellationToken cancellationToken) =>
        PageAsync("nodes", NodeColumns, "true", status, null, ReadNode, limit, offset, cancellationToken);

    public async Task<FrontedDevice?> FindDeviceAsync(string deviceId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement($"select {DeviceColumns} from devices where id = @id and node_id is not null", ("id", deviceId)),
            ReadDevice,
            cancellationToken)).FirstOrDefault();

    public async Task<string?> FindTaskDeviceAsync(string nodeId, string commandId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                "select c.device_id from devices d join commands c on c.device_id = d.id where d.node_id = @node and c.command_id = @command",
                ("node", nodeId), ("command", commandId)),
            row => row.GetString(0),
            cancellationToken)).FirstOrDefault();

    public Task<Page<FrontedDevice>> ListDevicesAsync(string? nodeId, string? status, int limit, int offset, CancellationToken cancellationToken) =>
        PageAsync(
            "devices", DeviceColumns, nodeId is null ? "node_id is not null" : "node_id = @node", status, nodeId, ReadDevice, limit, offset, cancellationToken);

    private async Task<Page<T>> PageAsync<T>(
        string table, string columns, string where, string? status, string? nodeId, Func<DbDataReader, T> read,
        int limit, int offset, CancellationToken cancellationToken)
    {
        if (status is not null) where += $" and coalesce((select status from presence where device_id = {table}.id), 'offline') = @status";
        var items = await database.QueryAsync(
            new Statement(
                $"select {columns} from {table} where {where} order by id limit @limit offset @offset",
                ("status", status), ("node", nodeId), ("limit", limit), ("offset", offset)),
            read,
            cancellationToken);
        var total = await database.QueryAsync(
            new Statement($"select count(*) from {table} where {where}", ("status", status), ("node", nodeId)), row => row.GetInt64(0), cancellationToken);
        return new(items, total[0]);
    }

    private static Node ReadNode(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.Text(2), row.Text(3), row.GetInt64(5), row.Time(4), ReadPresence(row, 6));

    private static FrontedDevice ReadDevice(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.Text(2), row.Text(3), ReadPresence(row, 4));

    private static Presence ReadPresence(DbDataReader row, int from) => row.IsDBNull(from)
        ? Presence.Never
        : new(row.GetString(from), row.TimeOrNull(from + 1), row.Text(from + 2), row.Text(from + 3));
}
