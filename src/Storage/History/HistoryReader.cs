using System.Data.Common;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Storage.Database;

namespace Gateway.Storage.History;

/// <summary>Reads the history tables. Lists go on from the last key, so a page costs the same however far in it is.</summary>
internal sealed class HistoryReader(GatewayDatabase database) : IHistoryReader, ISessionStore, ISweepQueries
{
    private static readonly Column<string> DeviceId = Column<string>.OfText("device_id", id => id);

    public async Task<IReadOnlyList<CommandRecord>> ListDeviceCommandsAsync(
        string deviceId, IReadOnlyCollection<CommandState> states, string? beforeCommandId, int limit, CancellationToken cancellationToken)
    {
        var where = "device_id = @device"
            // Names of our own, none of a client.
            + (states.Count == 0 ? "" : $" and state in ({string.Join(", ", states.Select(state => $"'{state.Name()}'"))})")
            + (beforeCommandId is null ? "" : " and command_id < @before");
        return await database.QueryAsync(
            new Statement(
                $"select {CommandRow.Columns} from commands where {where} order by command_id desc limit @limit",
                ("device", deviceId), ("before", beforeCommandId), ("limit", limit)),
            CommandRow.Read,
            cancellationToken);
    }

    public async Task<IReadOnlyList<CommandRecord>> ListLiveCommandsAsync(string deviceId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                $"select {CommandRow.Columns} from commands where device_id = @device and due_at is not null order by command_id limit @limit",
                ("device", deviceId), ("limit", limit)),
            CommandRow.Read,
            cancellationToken);

    public async Task<IReadOnlyList<QueueEvent>> ListEventsAsync(
        string deviceId, long afterSeq, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                "select body from device_events where device_id = @device and seq > @after order by seq limit @limit",
                ("device", deviceId), ("after", afterSeq), ("limit", limit)),
            row => HistoryJson.Read<QueueEvent>(row.GetString(0))!,
            cancellationToken);

    public async Task<IReadOnlyDictionary<string, long>> LastSeqAsync(
        IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken)
    {
        var rows = database.Rows(deviceIds, DeviceId);
        var found = await database.QueryAsync(
            new Statement(
                $"select r.device_id, (select max(seq) from device_events e where e.device_id = r.device_id) from {rows.Source}",
                rows.Parameters),
            row => (DeviceId: row.GetString(0), LastSeq: row.Number(1)),
            cancellationToken);
        return found.Where(device => device.LastSeq is not null)
            .DistinctBy(device => device.DeviceId, StringComparer.Ordinal)
            .ToDictionary(device => device.DeviceId, device => device.LastSeq!.Value, StringComparer.Ordinal);
    }

    public async Task<SessionRecord?> FindSessionAsync(string sessionId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement($"select {HistoryColumns.Names(HistoryColumns.Sessions)} from sessions where id = @id", ("id", sessionId)),
            ReadSession,
            cancellationToken)).FirstOrDefault();

    public async Task<IReadOnlyList<SessionRecord>> ListSessionsAsync(
        string deviceId, string customerId, string? beforeSessionId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                $"""
                select {HistoryColumns.Names(HistoryColumns.Sessions)} from sessions
                where device_id = @device and customer_id = @customer {(beforeSessionId is null ? "" : "and id < @before")}
                order by id desc limit @limit
                """,
                ("device", deviceId), ("customer", customerId), ("before", beforeSessionId), ("limit", limit)),
            ReadSession,
            cancellationToken);

    public async Task<IReadOnlyList<CommandRecord>> ListCommandsAsync(
        string sessionId, string? afterCommandId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                $"""
                select {CommandRow.Columns} from commands
                where session_id = @session and command_id > @after
                order by command_id limit @limit
                """,
                ("session", sessionId), ("after", afterCommandId ?? ""), ("limit", limit)),
            CommandRow.Read,
            cancellationToken);

    public async Task<IReadOnlyList<CommandRecord>> ListNewestCommandsAsync(
        string sessionId, string? beforeCommandId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                $"""
                select {CommandRow.Columns} from commands
                where session_id = @session {(beforeCommandId is null ? "" : "and command_id < @before")}
                order by command_id desc limit @limit
                """,
                ("session", sessionId), ("before", beforeCommandId), ("limit", limit)),
            CommandRow.Read,
            cancellationToken);

    public async Task<IReadOnlyList<OverdueDevice>> OverdueAsync(
        DateTimeOffset now, TimeSpan grace, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                """
                select device_id, min(due_at) from (
                  select device_id, due_at from commands where due_at < @cutoff
                  union all
                  select device_id, expires_at from sessions where status = 'active' and expires_at < @cutoff
                ) as overdue
                group by device_id order by min(due_at), device_id limit @limit
                """,
                ("cutoff", now - grace), ("limit", limit)),
            row => new OverdueDevice(row.GetString(0), row.GetInt64(1)),
            cancellationToken);

    public async Task<IReadOnlyList<string>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement("select id from devices where id > @after order by id limit @limit", ("after", afterId ?? ""), ("limit", limit)),
            row => row.GetString(0),
            cancellationToken);

    private static SessionRecord ReadSession(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        DeviceId = row.GetString(1),
        CustomerId = row.GetString(2),
        Type = row.GetString(3),
        Description = row.Text(4),
        Status = row.GetString(5),
        CreatedAt = row.GetInt64(6),
        ExpiresAt = row.GetInt64(7),
        EndedAt = row.Number(8),
        EndedBy = row.Text(9),
        LastSeq = row.GetInt64(10),
    };
}
