using System.Text.Json;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Orchestrator.Devices;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Surfaces.Orchestrator.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Devices;
using Gateway.Storage.Nodes;

namespace Gateway.Api.Surfaces.Orchestrator.Nodes;

/// <summary><c>/api/nodes</c>.</summary>
internal static class NodeEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 100, MaxDevices = 10_000;

    /// <summary><c>GET</c>: the nodes by id.</summary>
    public static async Task<IResult> ListAsync(HttpContext context, INodeStore nodes)
    {
        var query = new QueryReader(context.Request.Query);
        var status = query.Optional("status", text => OrchestratorStatus.Nodes.Contains(text) ? text : null, $"must be one of: {string.Join(", ", OrchestratorStatus.Nodes)}");
        var limit = query.Integer("limit", DefaultLimit, 1, MaxLimit);
        var offset = query.Integer("offset", 0, 0, int.MaxValue);
        if (query.Refusal() is { } refused) return refused;

        var page = await nodes.ListAsync(status, limit, offset, context.RequestAborted);
        return TypedResults.Json(
            new NodeListAnswer([.. page.Items.Select(NodeView.Of)], page.Total, limit, offset), OrchestratorAnswers.Json.NodeListAnswer);
    }

    /// <summary><c>GET …/{node_id}</c>: one node with its devices.</summary>
    public static async Task<IResult> ShowAsync(string nodeId, HttpContext context, INodeStore nodes)
    {
        if (!OrchestratorIds.IsNode(nodeId) || await nodes.FindAsync(nodeId, context.RequestAborted) is not { } node)
            return OrchestratorErrors.Result(OrchestratorErrorCode.NodeNotFound, new Dictionary<string, object?> { ["node_id"] = nodeId });
        var devices = await nodes.ListDevicesAsync(nodeId, null, MaxDevices, 0, context.RequestAborted);
        return TypedResults.Json(
            new NodeAnswer(
                node.Id, node.Name, OrchestratorStatus.OfNode(node.Presence), [.. devices.Items.Select(NodeDeviceView.Of)],
                NodeMetrics.Of(node.Presence), node.DeviceCount, NodeView.HeartbeatOf(node), node.Ip, node.Version),
            OrchestratorAnswers.Json.NodeAnswer);
    }
}

/// <summary>A part of the nodes.</summary>
internal sealed record NodeListAnswer(IReadOnlyList<NodeView> Nodes, long Total, int Limit, int Offset);

/// <summary>A node in the list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status"><c>online</c>, <c>offline</c> or <c>error</c>.</param>
/// <param name="DeviceCount">How many devices are behind it.</param>
/// <param name="LastHeartbeat">When it was last heard of; null: never.</param>
/// <param name="Ip">Where it comes from; null: unknown.</param>
/// <param name="Version">The version of its program; null: it has not said.</param>
internal sealed record NodeView(string Id, string Name, string Status, long DeviceCount, string? LastHeartbeat, string? Ip, string? Version)
{
    /// <summary>As the store has it.</summary>
    public static NodeView Of(Node node) => new(
        node.Id, node.Name, OrchestratorStatus.OfNode(node.Presence), node.DeviceCount, HeartbeatOf(node), node.Ip, node.Version);

    /// <summary>When a node was last heard of; null: never.</summary>
    public static string? HeartbeatOf(Node node) => node.Presence.LastSeen is { } at ? WireTime.Text(at) : null;
}

/// <summary>One node with its devices.</summary>
internal sealed record NodeAnswer(
    string Id, string Name, string Status, IReadOnlyList<NodeDeviceView> Devices, NodeMetrics Metrics,
    long DeviceCount, string? LastHeartbeat, string? Ip, string? Version);

/// <summary>A node's measurements, as far as its heartbeats have them.</summary>
/// <param name="CpuUsage">In percent.</param>
/// <param name="MemoryUsage">In percent.</param>
/// <param name="DiskUsage">In percent.</param>
/// <param name="UptimeHours">As its heartbeat says in <c>uptime</c> seconds, in whole hours; null: it does not.</param>
internal sealed record NodeMetrics(double? CpuUsage, double? MemoryUsage, double? DiskUsage, long? UptimeHours)
{
    /// <summary>Of the last heartbeat.</summary>
    public static NodeMetrics Of(Presence presence)
    {
        if (presence.MetricsJson is not { } text) return new NodeMetrics(null, null, null, null);
        var metrics = JsonElement.Parse(text);
        return new NodeMetrics(Number("cpu"), Number("memory"), Number("disk"), (long?)(Number("uptime") / 3_600));

        double? Number(string name) =>
            metrics.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
    }
}
