using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Storage.Database;

namespace Gateway.Storage.History;

/// <summary>The columns of the history tables, as they are written.</summary>
internal static class HistoryColumns
{
    public static readonly Column<EventRow>[] Events =
    [
        Column<EventRow>.OfText("device_id", row => row.DeviceId),
        Column<EventRow>.OfNumber("seq", row => row.Event.Seq),
        Column<EventRow>.OfNumber("at", row => row.Event.At),
        Column<EventRow>.OfNumber("kind", row => (long)row.Event.Kind),
        Column<EventRow>.OfText("command_id", row => row.Event.CommandId),
        Column<EventRow>.OfText("session_id", row => row.Event.SessionId),
        Column<EventRow>.OfText("body", row => HistoryJson.Write(row.Event)),
    ];

    /// <summary>The first two are the key; <c>last_seq</c> and <c>state</c> are always known, the others may be missing in a partial record.</summary>
    public static readonly Column<CommandRecord>[] Commands =
    [
        Column<CommandRecord>.OfText("device_id", row => row.DeviceId),
        Column<CommandRecord>.OfText("command_id", row => row.CommandId),
        Column<CommandRecord>.OfNumber("last_seq", row => row.LastSeq),
        Column<CommandRecord>.OfText("state", row => row.State.Name()),
        Column<CommandRecord>.OfText("session_id", row => row.Definition?.SessionId),
        Column<CommandRecord>.OfText("idempotency_hash", row => HistoryJson.KeyHash(row.Definition?.IdempotencyKey)),
        Column<CommandRecord>.OfText("digest", row => row.Definition?.Digest),
        Column<CommandRecord>.OfNumber("created_at", row => row.Definition?.CreatedAt),
        Column<CommandRecord>.OfNumber("expires_at", row => row.Definition?.ExpiresAt),
        Column<CommandRecord>.OfNumber("attempt", row => row.Attempt),
        Column<CommandRecord>.OfNumber("visible_until", row => row.VisibleUntil),
        Column<CommandRecord>.OfText("token_hash", row => row.TokenHash),
        Column<CommandRecord>.OfNumber("claimed_at", row => row.ClaimedAt),
        Column<CommandRecord>.OfNumber("decided_at", row => row.DecidedAt),
        Column<CommandRecord>.OfText("decided_by", row => row.DecidedBy),
        Column<CommandRecord>.OfNumber("ended_at", row => row.EndedAt),
        Column<CommandRecord>.OfText("reason", row => row.Reason),
        Column<CommandRecord>.OfText("definition", row => HistoryJson.Write(row.Definition)),
        Column<CommandRecord>.OfText("result", row => HistoryJson.Write(row.Result)),
    ];

    public static readonly Column<SessionRecord>[] Sessions =
    [
        Column<SessionRecord>.OfText("id", row => row.Id),
        Column<SessionRecord>.OfText("device_id", row => row.DeviceId),
        Column<SessionRecord>.OfText("customer_id", row => row.CustomerId),
        Column<SessionRecord>.OfText("type", row => row.Type),
        Column<SessionRecord>.OfText("description", row => row.Description),
        Column<SessionRecord>.OfText("status", row => row.Status),
        Column<SessionRecord>.OfNumber("created_at", row => row.CreatedAt),
        Column<SessionRecord>.OfNumber("expires_at", row => row.ExpiresAt),
        Column<SessionRecord>.OfNumber("ended_at", row => row.EndedAt),
        Column<SessionRecord>.OfText("ended_by", row => row.EndedBy),
        Column<SessionRecord>.OfNumber("last_seq", row => row.LastSeq),
    ];

    public static string Names<T>(IEnumerable<Column<T>> columns) => string.Join(", ", columns.Select(column => column.Name));
}
