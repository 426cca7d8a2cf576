using System.Globalization;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Storage.Tests.Kit;

/// <summary>Values that tests start from.</summary>
internal static class Samples
{
    public const long At = 1_767_225_600_000; // 2026-01-01, where virtual time starts.

    public static string CommandId(int number) => number.ToString("00000000000000000000000000", CultureInfo.InvariantCulture);

    public static CommandDefinition Definition(string digest = "digest") => new()
    {
        Type = "system_info",
        Parameters = Payload.Inline("""{"path":"/tmp/ü 🍳","big":9007199254740993}"""),
        Priority = 5,
        Digest = digest,
        CreatedAt = At,
        ExpiresAt = At + 86_400_000,
        TimeoutMs = 30_000,
        By = "customer:alice",
    };

    public static CommandResult Result(string output) => new()
    {
        Status = "success",
        Output = Payload.Inline(output),
        ExecutedAt = At,
        DurationMs = 12.5,
        Digest = "result-digest",
    };

    /// <summary>A run of one device's events, numbered as they stand.</summary>
    public static DeviceEvents Run(string deviceId, params IReadOnlyList<QueueEvent> events) => new(deviceId, events);

    public static QueueEvent Enqueued(long seq, int command, CommandDefinition? definition = null) => new()
    {
        Seq = seq,
        At = (definition ?? Definition()).CreatedAt,
        Kind = QueueEventKind.Enqueued,
        CommandId = CommandId(command),
        SessionId = definition?.SessionId,
        State = CommandState.Queued,
        Definition = definition ?? Definition(),
    };

    public static QueueEvent Claimed(long seq, int command, long visibleUntil) => new()
    {
        Seq = seq,
        At = At,
        Kind = QueueEventKind.Claimed,
        CommandId = CommandId(command),
        State = CommandState.Claimed,
        Attempt = 1,
        VisibleUntil = visibleUntil,
        TokenHash = "token",
    };

    public static QueueEvent Ended(long seq, int command, CommandState state, CommandResult? result = null, long at = At) => new()
    {
        Seq = seq,
        At = at,
        Kind = QueueEventKind.Ended,
        CommandId = CommandId(command),
        State = state,
        Result = result,
        TokenHash = result is null ? null : "token",
        By = "device",
    };

    public static QueueEvent SessionOpened(long seq, string id, long expiresAt) => new()
    {
        Seq = seq,
        At = At,
        Kind = QueueEventKind.SessionOpened,
        SessionId = id,
        Session = new("alice", "diagnostic", "It is \"slow\" 🐌", At, expiresAt, "active"),
        By = "customer:alice",
    };

    public static QueueEvent SessionEnded(long seq, string id, string status, long at, string? by) => new()
    {
        Seq = seq,
        At = at,
        Kind = QueueEventKind.SessionEnded,
        SessionId = id,
        Session = new("alice", "diagnostic", "It is \"slow\" 🐌", At, At + 3_600_000, status),
        By = by,
    };
}
