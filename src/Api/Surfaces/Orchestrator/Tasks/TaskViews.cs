using System.Text.Json;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.History;

namespace Gateway.Api.Surfaces.Orchestrator.Tasks;

/// <summary>A task that was accepted.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">Its status: <c>queued</c>, or further on when it was sent before.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="CreatedAt">When it was accepted.</param>
internal sealed record AcceptedAnswer(string TaskId, string Status, string DeviceId, string CreatedAt);

/// <summary>A device's tasks, the newest first.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="NextBefore">What to ask for next as <c>before</c>; null: there are no more.</param>
internal sealed record TaskListAnswer(IReadOnlyList<TaskView> Tasks, int Limit, string? NextBefore);

/// <summary>A task with all that is known of it.</summary>
/// <param name="Id">The task.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Command">The kind of work.</param>
/// <param name="Params">Its parameters.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Priority"><c>low</c>, <c>normal</c> or <c>high</c>.</param>
/// <param name="Timeout">Seconds that it may take from its offer to the node.</param>
/// <param name="Attempt">How often it was offered.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it was last offered; null: not yet.</param>
/// <param name="CompletedAt">When it ended; null: not yet.</param>
/// <param name="Result">The node's result, whatever it is; null: none.</param>
/// <param name="Error">Why it failed; null: it has not.</param>
internal sealed record TaskView(
    string Id, string DeviceId, string Command, JsonElement Params, string Status, string Priority, long? Timeout, int Attempt,
    string CreatedAt, string? StartedAt, string? CompletedAt, JsonElement? Result, TaskError? Error)
{
    /// <summary>As history has it.</summary>
    public static TaskView Of(CommandRecord record)
    {
        var definition = record.Definition!;
        return new TaskView(
            OrchestratorIds.Task(record.CommandId), record.DeviceId, definition.Type, JsonElement.Parse(definition.Parameters.Text!),
            OrchestratorStatus.OfTask(record.State), OrchestratorStatus.OfPriority(definition.Priority), definition.TimeoutMs / 1_000, record.Attempt ?? 0,
            WireTime.Text(definition.CreatedAt), WireTime.TextOrNull(record.ClaimedAt), WireTime.TextOrNull(record.EndedAt),
            record.Result?.Output?.Text is { } result ? JsonElement.Parse(result) : null,
            TaskError.Of(record));
    }
}

/// <summary>Why a task failed.</summary>
/// <param name="Code"><c>NODE_ERROR</c> (the node says so), <c>TIMEOUT</c>, <c>NOT_ACKNOWLEDGED</c> (offered as often as may be), <c>EXPIRED</c> (not started in time) or <c>LOST</c>.</param>
/// <param name="Message">In words; the node's own where they were text.</param>
/// <param name="Details">The node's own error, when it was no text; null otherwise.</param>
internal sealed record TaskError(string Code, string Message, JsonElement? Details)
{
    /// <summary>Of a task as history has it; null: it has not failed.</summary>
    public static TaskError? Of(CommandRecord record) => record.State switch
    {
        CommandState.Failed => OfNode(record),
        CommandState.TimedOut => new TaskError("TIMEOUT", record.Reason ?? "The node says that it took too long.", null),
        CommandState.DeadLettered => new TaskError("NOT_ACKNOWLEDGED", record.Reason ?? "", null),
        CommandState.Expired => new TaskError("EXPIRED", record.Reason ?? "", null),
        CommandState.Unknown => new TaskError("LOST", record.Reason ?? "", null),
        _ => null,
    };

    private static TaskError OfNode(CommandRecord record)
    {
        if (record.Result?.Error?.Text is not { } text) return new TaskError("NODE_ERROR", "The node says that it failed.", null);
        var error = JsonElement.Parse(text);
        return error.ValueKind == JsonValueKind.String
            ? new TaskError("NODE_ERROR", error.GetString()!, null)
            : new TaskError("NODE_ERROR", "The node says that it failed.", error);
    }
}
