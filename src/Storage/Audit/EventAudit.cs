using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Storage.Database;
using Gateway.Storage.History;

namespace Gateway.Storage.Audit;

/// <summary>
/// What people do to commands and sessions, as the audit log has it. Their events say it all, and stay in the head until history has them: so an
/// entry is written with its event, in one transaction, and is as safe as the deed.
/// </summary>
internal static class EventAudit
{
    /// <summary>The columns of an entry. The device and the event's number are its key.</summary>
    public static readonly Column<EventRow>[] Columns =
    [
        Column<EventRow>.OfText("device_id", row => row.DeviceId),
        Column<EventRow>.OfNumber("seq", row => row.Event.Seq),
        Column<EventRow>.OfNumber("at", row => row.Event.At),
        Column<EventRow>.OfText("actor", row => row.Event.By),
        Column<EventRow>.OfText("action", row => ActionOf(row.Event)),
        Column<EventRow>.OfText("session_id", row => row.Event.SessionId),
        Column<EventRow>.OfText("command_id", row => row.Event.CommandId),
        Column<EventRow>.OfText("detail", row => DetailOf(row.Event)),
    ];

    // Foreign text goes as it is.
    private static readonly EventAuditJson Json = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>What was done; null: nothing that is audited. What the clock does and what devices tell is in history alone.</summary>
    public static string? ActionOf(QueueEvent e) => e switch
    {
        { By: null } => null,
        _ when e.By.StartsWith("device:", StringComparison.Ordinal) => null,
        { Kind: QueueEventKind.Enqueued } => "command.enqueue",
        { Kind: QueueEventKind.Approved } => "command.approve",
        { Kind: QueueEventKind.Ended, State: CommandState.Rejected } => "command.reject",
        { Kind: QueueEventKind.Ended, State: CommandState.Cancelled } => "command.cancel",
        { Kind: QueueEventKind.SessionOpened } => "session.open",
        { Kind: QueueEventKind.SessionEnded } => "session.close",
        _ => null,
    };

    private static string? DetailOf(QueueEvent e)
    {
        var detail = new EventDetail(e.Definition?.Type ?? (e.Kind == QueueEventKind.SessionOpened ? e.Session?.Type : null), e.Reason);
        return detail is { Type: null, Reason: null } ? null : JsonSerializer.Serialize(detail, Json.EventDetail);
    }
}

/// <summary>The detail of an entry.</summary>
/// <param name="Type">What kind of work was accepted, or of session opened.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record EventDetail([property: JsonPropertyName("type")] string? Type, [property: JsonPropertyName("reason")] string? Reason);

/// <summary>How details are written.</summary>
[JsonSerializable(typeof(EventDetail))]
internal sealed partial class EventAuditJson : JsonSerializerContext;
