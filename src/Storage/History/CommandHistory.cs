using Gateway.Core.History;
using Gateway.Storage.Audit;
using Gateway.Storage.Database;
using Microsoft.Extensions.Options;

namespace Gateway.Storage.History;

/// <summary>
/// Writes the tables <c>device_events</c>, <c>commands</c>, <c>sessions</c> and <c>audit_log</c>: a statement for each, in one transaction for any number of devices.
/// A row of a command or session is only ever replaced by one that knows a later event, and keeps what a partial record leaves out.
/// </summary>
internal sealed class CommandHistory(GatewayDatabase database, IOptions<StorageOptions> options, TimeProvider time) : ICommandHistory
{
    // What a partial record does not know is null there, and no event ever takes a member back.
    private static readonly string UpdateCommand =
        "last_seq = excluded.last_seq, state = excluded.state, "
        + string.Join(", ", HistoryColumns.Commands.Skip(4).Select(column => $"{column.Name} = coalesce(excluded.{column.Name}, commands.{column.Name})"));

    private static readonly string UpdateSession =
        string.Join(", ", HistoryColumns.Sessions.Skip(1).Select(column => $"{column.Name} = excluded.{column.Name}"));

    public async Task WriteAsync(IReadOnlyCollection<DeviceEvents> batch, CancellationToken cancellationToken)
    {
        if (Statements(database, batch) is { Count: > 0 } statements) await database.ExecuteAsync(statements, Repeat.Safe, cancellationToken);
    }

    /// <summary>The statements that write a batch, for one transaction; none when it has no event.</summary>
    public static List<Statement> Statements(GatewayDatabase database, IReadOnlyCollection<DeviceEvents> batch)
    {
        var rows = HistoryBatch.Of(batch);
        if (rows.Events.Count == 0) return [];
        List<Statement> statements =
        [
            Insert(database, "device_events", "device_id, seq", rows.Events, HistoryColumns.Events, "nothing"),
        ];
        if (rows.Commands.Count > 0)
        {
            statements.Add(Insert(database, "commands", "device_id, command_id", rows.Commands, HistoryColumns.Commands,
                $"update set {UpdateCommand} where excluded.last_seq > commands.last_seq"));
        }

        if (rows.Sessions.Count > 0)
        {
            statements.Add(Insert(database, "sessions", "id", rows.Sessions, HistoryColumns.Sessions,
                $"update set {UpdateSession} where excluded.last_seq > sessions.last_seq"));
        }

        if (rows.Events.Where(row => EventAudit.ActionOf(row.Event) is not null).ToList() is { Count: > 0 } deeds)
            statements.Add(Insert(database, "audit_log", "device_id, seq", deeds, EventAudit.Columns, "nothing", " where seq is not null"));
        return statements;
    }

    public async Task<KnownCommand?> FindByIdempotencyKeyAsync(string deviceId, string key, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                """
                select command_id, digest, state from commands
                where device_id = @device and idempotency_hash = @key and created_at >= @since
                order by command_id desc limit 1
                """,
                ("device", deviceId),
                ("key", HistoryJson.KeyHash(key)),
                ("since", time.GetUtcNow() - options.Value.CommandRetention)),
            row => new KnownCommand(row.GetString(0), row.GetString(1), CommandRow.State(row.GetString(2))),
            cancellationToken)).FirstOrDefault();

    public async Task<CommandRecord?> FindAsync(string deviceId, string commandId, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                $"select {CommandRow.Columns} from commands where device_id = @device and command_id = @command",
                ("device", deviceId), ("command", commandId)),
            CommandRow.Read,
            cancellationToken)).FirstOrDefault();

    private static Statement Insert<T>(
        GatewayDatabase database, string table, string key, IReadOnlyCollection<T> values, Column<T>[] columns, string onConflict, string keyOf = "")
    {
        var rows = database.Rows(values, columns);
        var names = HistoryColumns.Names(columns);
        // "where true" tells SQLite's parser that "on" begins no join.
        return new(
            $"insert into {table} ({names}) select {names} from {rows.Source} where true order by {key} on conflict ({key}){keyOf} do {onConflict}",
            rows.Parameters);
    }
}
