using System.Text.Json;

namespace Gateway.Portal.Api;

/// <summary>A task for a device behind a node.</summary>
/// <param name="Command">The kind of work.</param>
/// <param name="Params">Its parameters, an object; null: none.</param>
/// <param name="Priority"><c>low</c>, <c>normal</c> or <c>high</c>.</param>
/// <param name="Timeout">Seconds that it may take; 0: as long as any may.</param>
/// <param name="IdempotencyKey">The same for the same task, so that sending twice runs once.</param>
public sealed record NewTask(string Command, JsonElement? Params, string Priority, int Timeout, string IdempotencyKey);

/// <summary>A task that was accepted, or cancelled.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">Its status, one of <see cref="TaskStates"/>.</param>
internal sealed record TaskAnswer(string TaskId, string Status);

/// <summary>A device's tasks, the newest first.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="NextBefore">There are older ones; null: these are all.</param>
public sealed record TaskList(IReadOnlyList<TaskItem> Tasks, string? NextBefore);

/// <summary>A task with all that is known of it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Command">The kind of work.</param>
/// <param name="Params">Its parameters.</param>
/// <param name="Status">One of <see cref="TaskStates"/>.</param>
/// <param name="Priority"><c>low</c>, <c>normal</c> or <c>high</c>.</param>
/// <param name="Timeout">Seconds that it may take.</param>
/// <param name="Attempt">How often it was offered.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it was last offered; null: not yet.</param>
/// <param name="CompletedAt">When it ended; null: not yet.</param>
/// <param name="Result">The node's result; null: none.</param>
/// <param name="Error">Why it failed; null: it has not.</param>
public sealed record TaskItem(
    string Id, string DeviceId, string Command, JsonElement? Params, string Status, string Priority, long? Timeout, int Attempt,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, JsonElement? Result, TaskFailure? Error);

/// <summary>Why a task failed.</summary>
/// <param name="Code">For example <c>NODE_ERROR</c> or <c>TIMEOUT</c> (docs/orchestrator-surface.md).</param>
/// <param name="Message">In words.</param>
/// <param name="Details">The node's own error, when it was no text.</param>
public sealed record TaskFailure(string Code, string Message, JsonElement? Details);

/// <summary>The states of a task, and what a person needs to know of them.</summary>
internal static class TaskStates
{
    public const string Queued = "queued", Running = "running", Completed = "completed", Failed = "failed", Cancelled = "cancelled";

    /// <summary>Whether it may still change.</summary>
    public static bool IsLive(string state) => state is Queued or Running;
}
