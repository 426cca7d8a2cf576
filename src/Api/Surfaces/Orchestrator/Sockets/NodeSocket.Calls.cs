using Gateway.Api.Channels.JsonRpc;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>What a node may call.</summary>
internal sealed partial class NodeSocket
{
    private async Task<JsonRpcOutcome> HeartbeatAsync(HeartbeatParams heartbeat, CancellationToken cancellationToken)
    {
        if (heartbeat.NodeId != nodeId) return JsonRpcError.InvalidParams with { Details = $"node_id must be {nodeId}, whose connection this is" };
        var now = services.Time.GetUtcNow();
        if (heartbeat.Name is not null || heartbeat.Version is not null)
            await services.Nodes.SeeAsync(new(nodeId, heartbeat.Name, null, heartbeat.Version), now, cancellationToken);
        services.Channels.NoteStatus(nodeId, heartbeat.Status);
        services.Heartbeats.Add(new(nodeId, now, heartbeat.Status, heartbeat.MetricsJson, null));
        var refused = heartbeat.Devices is { } named ? await Devices.NameAsync(named, cancellationToken) : [];
        return JsonRpcOutcome.Done(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("refused");
            foreach (var id in refused) writer.WriteStringValue(id);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task<JsonRpcOutcome> DeviceStatusAsync(DeviceStatusParams status, CancellationToken cancellationToken) =>
        await Devices.NoteAsync(status, cancellationToken) ? JsonRpcOutcome.Done() : NodeErrors.UnknownDevice with { Details = status.DeviceId };

    private async Task<JsonRpcOutcome> TaskResultAsync(TaskResultParams result, CancellationToken cancellationToken)
    {
        if (await FindTaskAsync(result.TaskId, cancellationToken) is not { } task) return NodeErrors.UnknownTask with { Details = result.TaskId };
        if (task.Token is null) return NotRunning(task, null);
        if (result.Attempt is { } attempt && attempt != task.Attempt)
            return NodeErrors.NotRunning with { Details = $"{result.TaskId}: attempt {task.Attempt} is the one that counts" };
        var outcome = await Devices.AnswerAsync(
            task,
            new SubmitResult
            {
                CommandId = task.CommandId,
                Token = task.Token,
                State = result.Status == "completed" ? CommandState.Completed : CommandState.Failed,
                Status = result.Status == "completed" ? "success" : "failure",
                Output = result.Result?.GetRawText(),
                Error = result.Error?.GetRawText(),
                // A node says nothing of when and how long; the same result again must be the same.
                ExecutedAt = 0,
                DurationMs = 0,
                By = $"node:{nodeId}",
            },
            cancellationToken);
        if (outcome.Status is not (ResultStatus.Accepted or ResultStatus.Repeated)) return NotRunning(task, outcome.State);
        Devices.NoteDone(task);
        return JsonRpcOutcome.Done();
    }

    private async Task<JsonRpcOutcome> TaskReleaseAsync(TaskReleaseParams release, CancellationToken cancellationToken)
    {
        if (await FindTaskAsync(release.TaskId, cancellationToken) is not { } task) return NodeErrors.UnknownTask with { Details = release.TaskId };
        if (task.Token is null) return NotRunning(task, null);
        var outcome = await Devices.AnswerAsync(task, new ReleaseClaim(task.CommandId, task.Token, $"node:{nodeId}"), cancellationToken);
        return outcome.Status is ReleaseStatus.Released or ReleaseStatus.Repeated ? JsonRpcOutcome.Done() : NotRunning(task, outcome.State);
    }

    /// <summary>The node takes no more tasks; when this is answered, none comes after it.</summary>
    private async Task<JsonRpcOutcome> DrainAsync(CancellationToken cancellationToken)
    {
        await Devices.DrainAllAsync(cancellationToken);
        return JsonRpcOutcome.Done();
    }

    private async Task<NodeTask?> FindTaskAsync(string taskId, CancellationToken cancellationToken) =>
        OrchestratorIds.TryParseTask(taskId, out var command) ? await Devices.FindTaskAsync(command, cancellationToken) : null;

    private static JsonRpcError NotRunning(NodeTask task, CommandState? state) => NodeErrors.NotRunning with
    {
        Details = state is { } ended ? $"{OrchestratorIds.Task(task.CommandId)}: {OrchestratorStatus.OfTask(ended)}" : OrchestratorIds.Task(task.CommandId),
    };
}
