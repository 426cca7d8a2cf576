using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Surfaces.Orchestrator.Requests;
using Gateway.Api.Wire;
using Gateway.Storage.Nodes;

namespace Gateway.Api.Surfaces.Orchestrator.Devices;

/// <summary><c>/api/devices</c>: the devices behind nodes.</summary>
internal static class DeviceEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 1_000;

    /// <summary><c>GET</c>: the devices by id.</summary>
    public static async Task<IResult> ListAsync(HttpContext context, INodeStore nodes)
    {
        var query = new QueryReader(context.Request.Query);
        var node = query.Optional("node_id", text => OrchestratorIds.IsNode(text) ? text : null, $"must match {OrchestratorIds.NodePattern}");
        var status = query.Optional("status", text => OrchestratorStatus.Devices.Contains(text) ? text : null, $"must be one of: {string.Join(", ", OrchestratorStatus.Devices)}");
        var limit = query.Integer("limit", DefaultLimit, 1, MaxLimit);
        var offset = query.Integer("offset", 0, 0, int.MaxValue);
        if (query.Refusal() is { } refused) return refused;

        var page = await nodes.ListDevicesAsync(
            node, status is null ? null : OrchestratorStatus.ToPresence(status), limit, offset, context.RequestAborted);
        return TypedResults.Json(
            new DeviceListAnswer([.. page.Items.Select(DeviceView.Of)], page.Total, limit, offset), OrchestratorAnswers.Json.DeviceListAnswer);
    }

    /// <summary><c>GET …/{device_id}</c>: our addition.</summary>
    public static async Task<IResult> ShowAsync(string deviceId, HttpContext context, INodeStore nodes) =>
        await FindAsync(deviceId, nodes, context.RequestAborted) is { } device
            ? TypedResults.Json(DeviceView.Of(device), OrchestratorAnswers.Json.DeviceView)
            : NotFound(deviceId);

    /// <summary>A device behind a node; null: none.</summary>
    public static async Task<FrontedDevice?> FindAsync(string deviceId, INodeStore nodes, CancellationToken cancellationToken) =>
        OrchestratorIds.IsDevice(deviceId) ? await nodes.FindDeviceAsync(deviceId, cancellationToken) : null;

    /// <summary>404 RES_002.</summary>
    public static OrchestratorErrorResult NotFound(string deviceId) =>
        OrchestratorErrors.Result(OrchestratorErrorCode.DeviceNotFound, new Dictionary<string, object?> { ["device_id"] = deviceId });
}

/// <summary>A part of the devices.</summary>
internal sealed record DeviceListAnswer(IReadOnlyList<DeviceView> Devices, long Total, int Limit, int Offset);

/// <summary>A device.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Serial">The maker's number; its id where the node has said none.</param>
/// <param name="Status"><c>active</c>, <c>idle</c>, <c>offline</c> or <c>error</c>.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="CurrentTask">The task that it works on; null: none.</param>
/// <param name="LastSeen">When its node last named it; null: never.</param>
internal sealed record DeviceView(string Id, string Serial, string Status, string NodeId, string? CurrentTask, string? LastSeen)
{
    /// <summary>As the store has it.</summary>
    public static DeviceView Of(FrontedDevice device) => new(
        device.Id, device.Serial ?? device.Id, OrchestratorStatus.OfDevice(device.Presence), device.NodeId, NodeDeviceView.Task(device),
        device.Presence.LastSeen is { } at ? WireTime.Text(at) : null);
}

/// <summary>A device as its node's view has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Serial">The maker's number; its id where the node has said none.</param>
/// <param name="Status"><c>active</c>, <c>idle</c>, <c>offline</c> or <c>error</c>.</param>
/// <param name="CurrentTask">The task that it works on; null: none.</param>
internal sealed record NodeDeviceView(string Id, string Serial, string Status, string? CurrentTask)
{
    /// <summary>As the store has it.</summary>
    public static NodeDeviceView Of(FrontedDevice device) =>
        new(device.Id, device.Serial ?? device.Id, OrchestratorStatus.OfDevice(device.Presence), Task(device));

    /// <summary>The task that a device works on; null: none.</summary>
    public static string? Task(FrontedDevice device) => device.CurrentCommandId is { } id ? OrchestratorIds.Task(id) : null;
}
