using System.Security.Cryptography;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Orchestrator.Access;
using Gateway.Api.Surfaces.Orchestrator.Devices;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Surfaces.Orchestrator.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Ids;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage.History;
using Gateway.Storage.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api.Surfaces.Orchestrator.Tasks;

/// <summary><c>/api/devices/{device_id}/command</c> and <c>…/tasks</c>: a task is a command of its device.</summary>
internal static class TaskEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 200;

    /// <summary><c>POST …/command</c>.</summary>
    public static async Task<IResult> RunAsync(
        string deviceId, HttpContext context, INodeStore nodes, ICommandQueue queue)
    {
        var (request, refused) = await OrchestratorBody.ReadAsync(context, CommandRequest.Read);
        if (request is null) return refused!;
        if (await DeviceEndpoints.FindAsync(deviceId, nodes, context.RequestAborted) is not { } device) return DeviceEndpoints.NotFound(deviceId);

        var outcome = await queue.ExecuteAsync(
            deviceId,
            new Enqueue
            {
                Type = request.Command,
                Parameters = request.CanonicalParams,
                Priority = OrchestratorStatus.ToPriority(request.Priority),
                By = AdminAccess.Actor,
                IdempotencyKey = request.IdempotencyKey,
                TimeoutMs = request.TimeoutMs,
                OnlyIfIdle = !request.Queue,
                Entropy = RandomNumberGenerator.GetBytes(SortableId.EntropyBytes),
            },
            context.RequestAborted);
        switch (outcome.Status)
        {
            case EnqueueStatus.Accepted or EnqueueStatus.AlreadyAccepted:
                return Accepted(outcome, deviceId);
            case EnqueueStatus.KeyConflict:
                return OrchestratorErrors.Result(
                    OrchestratorErrorCode.AlreadyExists,
                    new Dictionary<string, object?> { ["task_id"] = OrchestratorIds.Task(outcome.CommandId!) },
                    "The idempotency key was used for another task");
            case EnqueueStatus.NotConnected:
                return OrchestratorErrors.Result(OrchestratorErrorCode.NodeOffline, new Dictionary<string, object?> { ["node_id"] = device.NodeId });
            case EnqueueStatus.Busy:
                return OrchestratorErrors.Result(
                    OrchestratorErrorCode.DeviceBusy, new Dictionary<string, object?> { ["current_task"] = NodeDeviceView.Task(device) });
            case EnqueueStatus.QueueFull:
                return OrchestratorErrors.Result(OrchestratorErrorCode.QueueFull, retryAfter: OrchestratorFailures.RetryAfter);
            default:
                return OrchestratorErrors.Result(OrchestratorErrorCode.ServiceUnavailable, retryAfter: OrchestratorFailures.RetryAfter);
        }
    }

    /// <summary><c>GET …/tasks</c>: our addition.</summary>
    public static async Task<IResult> ListAsync(string deviceId, HttpContext context, INodeStore nodes, ICommandQueue queue, IHistoryReader history)
    {
        var query = new QueryReader(context.Request.Query);
        var status = query.Optional(
            "status", text => OrchestratorStatus.Tasks.Contains(text) ? text : null, $"must be one of: {string.Join(", ", OrchestratorStatus.Tasks)}");
        var before = query.Optional("before", text => OrchestratorIds.TryParseTask(text, out var id) ? id : null, "must be the id of a task");
        var limit = query.Integer("limit", DefaultLimit, 1, MaxLimit);
        if (query.Refusal() is { } refused) return refused;
        if (await DeviceEndpoints.FindAsync(deviceId, nodes, context.RequestAborted) is null) return DeviceEndpoints.NotFound(deviceId);

        await queue.FlushAsync(deviceId, context.RequestAborted);
        var records = await history.ListDeviceCommandsAsync(
            deviceId, status is null ? [] : OrchestratorStatus.StatesOf(status), before, limit + 1, context.RequestAborted);
        var shown = records.Take(limit).ToList();
        return TypedResults.Json(
            new TaskListAnswer([.. shown.Select(TaskView.Of)], limit, records.Count > limit ? OrchestratorIds.Task(shown[^1].CommandId) : null),
            OrchestratorAnswers.Json.TaskListAnswer);
    }

    /// <summary><c>GET …/tasks/{task_id}</c>: our addition.</summary>
    public static async Task<IResult> ShowAsync(
        string deviceId, string taskId, HttpContext context, INodeStore nodes, ICommandQueue queue, ICommandHistory history)
    {
        if (await DeviceEndpoints.FindAsync(deviceId, nodes, context.RequestAborted) is null) return DeviceEndpoints.NotFound(deviceId);
        if (!OrchestratorIds.TryParseTask(taskId, out var command)) return NotFound(taskId);
        await queue.FlushAsync(deviceId, context.RequestAborted);
        return await history.FindAsync(deviceId, command, context.RequestAborted) is { Definition: not null } record
            ? TypedResults.Json(TaskView.Of(record), OrchestratorAnswers.Json.TaskView)
            : NotFound(taskId);
    }

    /// <summary><c>POST …/tasks/{task_id}/cancel</c>: our addition. Cancelling again is no mistake.</summary>
    public static async Task<IResult> CancelAsync(string deviceId, string taskId, HttpContext context, INodeStore nodes, ICommandQueue queue)
    {
        if (await DeviceEndpoints.FindAsync(deviceId, nodes, context.RequestAborted) is null) return DeviceEndpoints.NotFound(deviceId);
        if (!OrchestratorIds.TryParseTask(taskId, out var command)) return NotFound(taskId);
        var outcome = await queue.ExecuteAsync(
            deviceId, new CancelCommand(command, null, AdminAccess.Actor, "Cancelled by the administrator."), context.RequestAborted);
        if (outcome.Status == CancelStatus.NotFound) return NotFound(taskId);
        return outcome.State == CommandState.Cancelled
            ? TypedResults.Json(new CancelledAnswer(taskId, "cancelled", deviceId), OrchestratorAnswers.Json.CancelledAnswer)
            : OrchestratorErrors.Result(
                OrchestratorErrorCode.TaskEnded, new Dictionary<string, object?> { ["status"] = OrchestratorStatus.OfTask(outcome.State!.Value) });
    }

    private static JsonHttpResult<AcceptedAnswer> Accepted(EnqueueOutcome outcome, string deviceId) => TypedResults.Json(
        new AcceptedAnswer(
            OrchestratorIds.Task(outcome.CommandId!), OrchestratorStatus.OfTask(outcome.State!.Value), deviceId,
            WireTime.Text(SortableId.MadeAt(outcome.CommandId!))),
        OrchestratorAnswers.Json.AcceptedAnswer);

    private static OrchestratorErrorResult NotFound(string taskId) =>
        OrchestratorErrors.Result(OrchestratorErrorCode.TaskNotFound, new Dictionary<string, object?> { ["task_id"] = taskId });
}

/// <summary>A task that was cancelled.</summary>
internal sealed record CancelledAnswer(string TaskId, string Status, string DeviceId);
