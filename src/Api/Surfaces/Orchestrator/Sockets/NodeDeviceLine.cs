using System.Collections.Concurrent;
using System.Text.Json;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.JsonRpc;
using Gateway.Api.Channels.Sockets;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>
/// A device behind a node: what is pushed to it goes to the node as <c>execute</c>. The claim lasts 30 s until the node has acknowledged it, then as long as
/// the task's timeout; one that is not acknowledged ends by the clock, and the task is offered again.
/// </summary>
internal sealed class NodeDeviceLine(string deviceId, NodeSocket socket, NodeDevices devices, NodeServices services) : IDeviceLine
{
    /// <summary>How long a node has to acknowledge a task.</summary>
    public static readonly TimeSpan AcknowledgeIn = TimeSpan.FromSeconds(30);

    /// <summary>A device works on one task at a time.</summary>
    public static readonly ChannelTerms Terms = new(Credit: 1, Visibility: AcknowledgeIn);

    private readonly ConcurrentDictionary<string, NodeTask> running = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Connection => socket.Connection;

    /// <inheritdoc />
    public CancellationToken Ending => socket.Ending;

    /// <summary>A task that was sent over this connection and whose claim still lasts; null: none.</summary>
    public NodeTask? Find(string commandId) => running.GetValueOrDefault(commandId);

    /// <inheritdoc />
    public Task<bool> SendAsync(ClaimedCommand command)
    {
        var task = new NodeTask(deviceId, command.Id, command.Token, command.Attempt);
        running[command.Id] = task;
        _ = OfferAsync(task, command);
        return Task.FromResult(!Ending.IsCancellationRequested);
    }

    /// <inheritdoc />
    public void Lost(IReadOnlyCollection<string> commandIds)
    {
        foreach (var id in commandIds)
            if (running.TryRemove(id, out var task) && task is { IsAcknowledged: true, IsAnswered: false })
                socket.NotifyNode("cancel", writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("task_id", OrchestratorIds.Task(id));
                    writer.WriteString("device_id", deviceId);
                    writer.WriteEndObject();
                });
    }

    /// <inheritdoc />
    public void End(SocketClose why)
    {
        // A reset takes back what it works on. Otherwise that goes on, over the node's next connection or another node's.
        if (why == SocketClose.Reset) Lost([.. running.Keys]);
        devices.Leave(deviceId, this, hasMoved: why == SocketClose.Replaced);
    }

    private async Task OfferAsync(NodeTask task, ClaimedCommand command)
    {
        try
        {
            var answer = await socket.CallNodeAsync("cmd", "execute", writer => Write(writer, command), AcknowledgeIn);
            // Not acknowledged: the claim has ended by the clock, which somebody has to look at.
            if (answer is null) await services.Queue.ExecuteAsync(deviceId, new LookAtClock(ReminderFired: false), Ending);
            else if (answer.Value.Error is { } error) await RefuseAsync(task, error);
            else
            {
                task.IsAcknowledged = true;
                await services.Queue.ExecuteAsync(deviceId, new ExtendClaim(command.Id, command.Token, LastsFor(command)), Ending);
            }
        }
        catch (OperationCanceledException)
        {
            // The socket ends: the claims go on with the node's next one, or come back.
        }
        catch (QueueUnavailableException e)
        {
            // The claim ends by the clock, and the task is offered again.
            OrchestratorLog.CallUnavailable(services.Logger, e, "execute", socket.NodeId);
        }
        catch (Exception e)
        {
            OrchestratorLog.OfferFailed(services.Logger, e, deviceId);
            socket.Abandon();
        }
    }

    /// <summary>The node does not run it: because it has not begun and gives it back, or for a reason of its own, which is the task's failure.</summary>
    private Task RefuseAsync(NodeTask task, JsonRpcError error) => error.Code == NodeErrors.NotBegun
        ? devices.AnswerAsync(task, new ReleaseClaim(task.CommandId, task.Token!, $"node:{socket.NodeId}"), Ending)
        : devices.AnswerAsync(
            task,
            new SubmitResult
            {
                CommandId = task.CommandId,
                Token = task.Token!,
                State = CommandState.Failed,
                Status = "failure",
                Error = JsonSerializer.Serialize(error.Details is null ? error.Message : $"{error.Message}: {error.Details}"),
                ExecutedAt = 0,
                DurationMs = 0,
                By = $"node:{socket.NodeId}",
            },
            Ending);

    private static TimeSpan LastsFor(ClaimedCommand command) =>
        command.TimeoutMs is { } timeout ? TimeSpan.FromMilliseconds(timeout) : TimeSpan.FromSeconds(Tasks.CommandRequest.MaxTimeout);

    private void Write(Utf8JsonWriter writer, ClaimedCommand command)
    {
        writer.WriteStartObject();
        writer.WriteString("task_id", OrchestratorIds.Task(command.Id));
        writer.WriteString("device_id", deviceId);
        writer.WriteString("command", command.Type);
        writer.WritePropertyName("args");
        writer.WriteRawValue(command.Parameters);
        writer.WriteNumber("timeout", (long)LastsFor(command).TotalSeconds);
        writer.WriteNumber("attempt", command.Attempt);
        writer.WriteEndObject();
    }
}
