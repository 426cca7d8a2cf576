using System.Text.Json;
using Gateway.Api.Requests;
using Gateway.Api.Wire;
using Gateway.Storage.Nodes;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary><c>heartbeat</c>.</summary>
/// <param name="NodeId">Who speaks; its own id.</param>
/// <param name="Name">What it wants to be called, at most 100 characters; null: nothing said. Our addition.</param>
/// <param name="Version">The version of its program; null: nothing said. Our addition.</param>
/// <param name="Status"><c>online</c> (default) or <c>error</c>. Our addition.</param>
/// <param name="MetricsJson">Its measurements; null: none.</param>
/// <param name="Devices">All its devices; null: nothing is said about them.</param>
internal sealed record HeartbeatParams(
    string NodeId, string? Name, string? Version, string Status, string? MetricsJson, IReadOnlyList<HeartbeatDevice>? Devices)
{
    /// <summary>Most devices behind one node.</summary>
    public const int MaxDevices = 1_000;

    private const int MaxName = 100, MaxMetrics = 64 * 1024;

    /// <summary>Reads the parameters.</summary>
    public static HeartbeatParams Read(FieldReader values)
    {
        var nodeId = values.Text("node_id", 1, 128);
        if (values.OptionalText("timestamp", 1, 64) is { } timestamp && !WireTime.TryParse(timestamp, out _))
            values.Refuse("timestamp", "must be an ISO 8601 time with an offset");
        return new HeartbeatParams(
            nodeId,
            values.OptionalText("name", 1, MaxName),
            values.OptionalText("version", 1, MaxName),
            values.OptionalOneOf("status", "online", "error"),
            values.OptionalMetrics("metrics", MaxMetrics, "cpu", "memory", "disk", "uptime")?.GetRawText(),
            values.OptionalList("devices", MaxDevices, HeartbeatDevice.Read));
    }
}

/// <summary>A device in a heartbeat.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status"><c>active</c>, <c>idle</c>, <c>offline</c> or <c>error</c>.</param>
/// <param name="Serial">The maker's number; null: nothing said. Our addition.</param>
internal sealed record HeartbeatDevice(string Id, string Status, string? Serial)
{
    /// <summary>Reads an entry.</summary>
    public static HeartbeatDevice Read(FieldReader values)
    {
        var id = NodeParams.DeviceId(values, "id");
        return new HeartbeatDevice(id, values.OneOf("status", OrchestratorStatus.Devices), values.OptionalText("serial", 1, 128));
    }

    /// <summary>As the store takes it.</summary>
    public NodeDevice ToStore() => new(Id, Serial);
}

/// <summary><c>device_status</c>.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Status"><c>active</c>, <c>idle</c>, <c>offline</c> or <c>error</c>.</param>
/// <param name="MetricsJson">Its measurements; null: none.</param>
internal sealed record DeviceStatusParams(string DeviceId, string Status, string? MetricsJson)
{
    private const int MaxMetrics = 64 * 1024;

    /// <summary>Reads the parameters; <c>current_task</c> may be there, the queue knows it better.</summary>
    public static DeviceStatusParams Read(FieldReader values)
    {
        values.OptionalText("current_task", 1, 128);
        return new DeviceStatusParams(
            NodeParams.DeviceId(values, "device_id"), values.OneOf("status", OrchestratorStatus.Devices), values.OptionalMetrics("metrics", MaxMetrics)?.GetRawText());
    }
}

/// <summary><c>task_result</c>.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status"><c>completed</c> or <c>failed</c>.</param>
/// <param name="Result">Its result, whatever it is; null: none.</param>
/// <param name="Error">What went wrong, a text or an object; null: nothing.</param>
/// <param name="Attempt">The how-manieth offer it answers; null: the last one. Our addition.</param>
internal sealed record TaskResultParams(string TaskId, string Status, JsonElement? Result, JsonElement? Error, int? Attempt)
{
    /// <summary>Reads the parameters.</summary>
    public static TaskResultParams Read(FieldReader values)
    {
        var error = values.OptionalValue("error", NodeSockets.MaxMessageBytes);
        if (error is { ValueKind: not (JsonValueKind.String or JsonValueKind.Object) }) values.Refuse("error", "must be a string or an object", FieldProblem.Type);
        return new TaskResultParams(
            values.Text("task_id", 1, 128),
            values.OneOf("status", "completed", "failed"),
            values.OptionalValue("result", NodeSockets.MaxMessageBytes),
            error,
            (int?)values.OptionalInteger("attempt", 1, int.MaxValue));
    }
}

/// <summary><c>task_release</c>: the node has not begun a task and gives it back. Our addition.</summary>
/// <param name="TaskId">The task.</param>
internal sealed record TaskReleaseParams(string TaskId)
{
    /// <summary>Reads the parameters.</summary>
    public static TaskReleaseParams Read(FieldReader values) => new(values.Text("task_id", 1, 128));
}

/// <summary>What several calls take.</summary>
internal static class NodeParams
{
    /// <summary>A device's id, which must be there.</summary>
    public static string DeviceId(FieldReader values, string name)
    {
        var id = values.Text(name, 1, 128);
        if (id.Length > 0 && !OrchestratorIds.IsDevice(id)) values.Refuse(name, $"must match {OrchestratorIds.DevicePattern}");
        return id;
    }
}
