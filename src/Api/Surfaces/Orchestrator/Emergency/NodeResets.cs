using System.Text.Json;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.JsonRpc;
using Gateway.Api.Surfaces.Orchestrator.Sockets;
using Gateway.Queue;
using Gateway.Storage.Emergencies;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary>
/// Tells the nodes whose sockets are here to stop what was taken back, and closes the sockets with 1012: a node that comes back is known to have heard, or
/// not to work on the old tasks over this connection any more.
/// </summary>
internal sealed class NodeResets(
    IEmergencyStore store, DeviceChannels channels, IOptions<QueueOptions> options, TimeProvider time, ILogger<NodeResets> logger)
{
    /// <summary>How long a node has to answer.</summary>
    public static readonly TimeSpan AnswerIn = TimeSpan.FromSeconds(2);

    /// <summary>Tells every node here that is still to be told.</summary>
    public async Task TellAsync(IReadOnlyList<OpenEmergency> open, CancellationToken cancellationToken)
    {
        var here = channels.All.Select(channel => channel.Line).OfType<NodeSocket>().ToLookup(socket => socket.NodeId, StringComparer.Ordinal);
        var pending = await store.ListPendingAsync([.. here.Select(node => node.Key)], cancellationToken);
        var actions = open.ToDictionary(action => action.Id, StringComparer.Ordinal);
        await Task.WhenAll(pending.Where(node => actions.ContainsKey(node.EmergencyId)).GroupBy(node => node.NodeId, StringComparer.Ordinal).Select(async node =>
        {
            // The newest of two sockets is the one that the node has.
            var sockets = here[node.Key].ToList();
            foreach (var told in node) await TellAsync(told, actions[told.EmergencyId], sockets[^1], cancellationToken);
            foreach (var socket in sockets) socket.EndByReset();
        }));
    }

    /// <summary>What came of it is noted before the socket is closed: the node's return is to find it.</summary>
    private async Task TellAsync(PendingNode told, OpenEmergency action, NodeSocket socket, CancellationToken cancellationToken)
    {
        var tasks = await store.ListReleasedAsync(told.EmergencyId, told.NodeId, cancellationToken);
        var notifiedAt = time.GetUtcNow();
        JsonRpcMessage? answer = null;
        try
        {
            answer = await socket.CallNodeAsync("reset", "reset", writer => Write(writer, action, tasks), AnswerIn);
        }
        catch (OperationCanceledException)
        {
            // The socket ended by itself.
        }

        var state = answer is { Error: null } ? NodeResetState.Confirmed : NodeResetState.Refused;
        await store.NoteToldAsync(told, state, options.Value.ReplicaName, notifiedAt, answer is null ? null : time.GetUtcNow(), cancellationToken);
        OrchestratorLog.NodeReset(logger, told.NodeId, told.EmergencyId, state.Name());
    }

    private static void Write(Utf8JsonWriter writer, OpenEmergency action, IReadOnlyList<string> tasks)
    {
        writer.WriteStartObject();
        writer.WriteString("emergency_id", action.Id);
        writer.WriteNumber("level", action.Action == EmergencyAction.SoftReset ? 1 : 2);
        writer.WriteString("reason", action.Reason);
        writer.WriteStartArray("tasks");
        foreach (var task in tasks) writer.WriteStringValue(OrchestratorIds.Task(task));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
