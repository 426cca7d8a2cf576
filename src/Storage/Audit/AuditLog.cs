using Gateway.Storage.Database;

namespace Gateway.Storage.Audit;

/// <summary>The table <c>audit_log</c>.</summary>
internal sealed class AuditLog(GatewayDatabase database) : IAuditLog
{
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            [
                new Statement(
                    """
                    insert into audit_log (at, actor, action, device_id, session_id, command_id, detail)
                    values (@at, @actor, @action, @device, @session, @command, @detail)
                    """,
                    ("at", entry.At),
                    ("actor", entry.Actor),
                    ("action", entry.Action),
                    ("device", entry.DeviceId),
                    ("session", entry.SessionId),
                    ("command", entry.CommandId),
                    ("detail", entry.DetailJson)),
            ],
            Repeat.Never,
            cancellationToken);

    public async Task<IReadOnlyList<AuditEntry>> ListAsync(string? deviceId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                $"""
                select at, actor, action, device_id, session_id, command_id, detail from audit_log
                {(deviceId is null ? "" : "where device_id = @device")}
                order by id desc limit @limit
                """,
                ("device", deviceId), ("limit", limit)),
            row => new AuditEntry
            {
                At = row.Time(0),
                Actor = row.GetString(1),
                Action = row.GetString(2),
                DeviceId = row.Text(3),
                SessionId = row.Text(4),
                CommandId = row.Text(5),
                DetailJson = row.Text(6),
            },
            cancellationToken);
}
