using System.Text.Json;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>Finds a session's commands in history, brought up to date first.</summary>
internal sealed class SessionCommands(ICommandQueue queue, ICommandHistory history)
{
    /// <summary>A command of a session; null: the session has no such command.</summary>
    public async Task<CommandRecord?> FindAsync(KnownSession session, string commandId, CancellationToken cancellationToken)
    {
        await queue.FlushAsync(session.DeviceId, cancellationToken);
        var record = await history.FindAsync(session.DeviceId, commandId, cancellationToken);
        return record?.Definition?.SessionId == session.Id ? record : null;
    }
}

/// <summary>What became of a command that was sent.</summary>
internal sealed record EnqueueAnswer(CommandSummary Command);

/// <summary>A command in short.</summary>
/// <param name="Id">The command.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Status">Its state.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="ExpiresAt">When it expires if it is not started.</param>
/// <param name="RequiresApproval">Whether a person must approve it first.</param>
/// <param name="Digest">Base64url SHA-256 over type and parameters: what an approval is bound to.</param>
internal sealed record CommandSummary(
    string Id, string SessionId, string Type, string Status, int Priority, string CreatedAt, string ExpiresAt, bool RequiresApproval, string Digest)
{
    /// <summary>As history has it.</summary>
    public static CommandSummary Of(CommandRecord record)
    {
        var definition = record.Definition!;
        return new CommandSummary(
            WireIds.Command(record.CommandId), definition.SessionId!, definition.Type, record.State.Name(), definition.Priority,
            WireTime.Text(definition.CreatedAt), WireTime.Text(definition.ExpiresAt), definition.RequiresApproval, definition.Digest);
    }
}

/// <summary>One command.</summary>
internal sealed record CommandAnswer(CommandView Command);

/// <summary>A command with all that is known of it.</summary>
/// <param name="Id">The command.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Status">Its state.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Digest">Base64url SHA-256 over type and parameters: what an approval is bound to.</param>
/// <param name="RequiresApproval">Whether a person must approve it first.</param>
/// <param name="AtMostOnce">Whether it must not run twice.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="CreatedBy">Who sent it, for example <c>customer:abc</c>.</param>
/// <param name="ExpiresAt">When it expires if it is not started.</param>
/// <param name="TimeoutMs">How long one claim may last in all, in milliseconds.</param>
/// <param name="IdempotencyKey">The sender's key.</param>
/// <param name="Attempt">How often it was claimed.</param>
/// <param name="ClaimedAt">When it was last claimed.</param>
/// <param name="VisibleUntil">When the last claim ends or ended.</param>
/// <param name="DecidedAt">When it was approved or rejected.</param>
/// <param name="DecidedBy">Who approved or rejected it.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Reason">Why it is in its state, in words.</param>
/// <param name="Result">The device's word.</param>
internal sealed record CommandView(
    string Id, string SessionId, string DeviceId, string Type, string Status, int Priority, JsonElement Parameters, string Digest,
    bool RequiresApproval, bool AtMostOnce, string CreatedAt, string CreatedBy, string ExpiresAt, long? TimeoutMs, string? IdempotencyKey,
    int Attempt, string? ClaimedAt, string? VisibleUntil, string? DecidedAt, string? DecidedBy, string? EndedAt, string? Reason,
    ResultView? Result)
{
    /// <summary>As history has it.</summary>
    public static CommandView Of(CommandRecord record)
    {
        var definition = record.Definition!;
        return new CommandView(
            WireIds.Command(record.CommandId),
            definition.SessionId!,
            record.DeviceId,
            definition.Type,
            record.State.Name(),
            definition.Priority,
            JsonElement.Parse(definition.Parameters.Text!),
            definition.Digest,
            definition.RequiresApproval,
            definition.AtMostOnce,
            WireTime.Text(definition.CreatedAt),
            definition.By,
            WireTime.Text(definition.ExpiresAt),
            definition.TimeoutMs,
            definition.IdempotencyKey,
            record.Attempt ?? 0,
            WireTime.TextOrNull(record.ClaimedAt),
            WireTime.TextOrNull(record.VisibleUntil),
            WireTime.TextOrNull(record.DecidedAt),
            record.DecidedBy,
            WireTime.TextOrNull(record.EndedAt),
            record.Reason,
            record.Result is { } result ? ResultView.Of(result) : null);
    }
}

/// <summary>The device's word about a command.</summary>
/// <param name="Status"><c>success</c>, <c>failure</c> or <c>timeout</c>.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="ExecutedAt">When it ran, by the device's clock.</param>
/// <param name="Duration">How long it ran, in milliseconds.</param>
internal sealed record ResultView(string Status, string? Output, string? Error, string ExecutedAt, double Duration)
{
    /// <summary>As history has it.</summary>
    public static ResultView Of(CommandResult result) => new(
        result.Status, result.Output?.Text, result.Error?.Text, WireTime.Text(result.ExecutedAt), result.DurationMs);
}
