using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Api.Auth;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Devices;
using Gateway.Queue;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>GET /api/v1/customer/devices</c> and <c>…/{id}/status</c> (gateway-api.md).</summary>
internal static class CustomerDeviceEndpoints
{
    private const int DefaultLimit = 50, MaxLimit = 500;

    /// <summary>The customer's devices.</summary>
    public static async Task<IResult> ListAsync(HttpContext context, IDeviceStore devices, TimeProvider time)
    {
        var query = new QueryReader(context.Request.Query);
        var filter = query.OneOf("status", "all", "online", "offline") switch
        {
            "online" => PresenceFilter.Online,
            "offline" => PresenceFilter.Offline,
            _ => PresenceFilter.All,
        };
        var search = query.Optional("search", text => text.Length <= WireLimits.Location ? text : null, $"must have at most {WireLimits.Location} characters");
        var limit = query.Integer("limit", DefaultLimit, 1, MaxLimit);
        var offset = query.Integer("offset", 0, 0, int.MaxValue);
        if (query.Refusal() is { } refused) return refused;

        var page = await devices.ListAsync(context.User.CustomerId(), filter, search is "" ? null : search, limit, offset, context.RequestAborted);
        var now = time.GetUtcNow();
        return Answer.Ok(
            new DeviceListAnswer([.. page.Items.Select(device => DeviceListItem.Of(device, now))], page.Total),
            Answer.Json.DeviceListAnswer);
    }

    /// <summary>One device in detail.</summary>
    public static async Task<IResult> StatusAsync(
        string id, HttpContext context, Ownership ownership, ICommandQueue queue, TimeProvider time)
    {
        var owned = await ownership.DeviceAsync(id, context.User.CustomerId(), context.RequestAborted);
        if (!owned.TryGet(out var device, out var refused)) return refused;

        var head = await queue.FlushAsync(id, context.RequestAborted);
        return Answer.Ok(
            new DeviceStatusAnswer(DeviceStatusView.Of(DeviceState.Of(device, head, time.GetUtcNow()))), Answer.Json.DeviceStatusAnswer);
    }
}

/// <summary>A part of the customer's devices, by name.</summary>
/// <param name="Devices">The part.</param>
/// <param name="Total">How many there are in all.</param>
internal sealed record DeviceListAnswer(IReadOnlyList<DeviceListItem> Devices, long Total);

/// <summary>A device in a list.</summary>
/// <param name="Id">The device.</param>
/// <param name="Name">Its owner's name for it, else its id.</param>
/// <param name="Status"><c>online</c>, <c>busy</c>, <c>error</c> or <c>offline</c>.</param>
/// <param name="LastSeen">When its last heartbeat came; null: never.</param>
/// <param name="Location">Where it stands.</param>
/// <param name="Model">What it is.</param>
/// <param name="Lifecycle"><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</param>
internal sealed record DeviceListItem(
    string Id,
    string Name,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? LastSeen,
    string? Location,
    string? Model,
    string Lifecycle)
{
    /// <summary>As the store has it.</summary>
    public static DeviceListItem Of(Device device, DateTimeOffset now) => new(
        device.Id,
        device.Name ?? device.Id,
        PresenceView.StatusAt(device.Presence, now),
        PresenceView.LastSeen(device.Presence),
        device.Location,
        device.Model,
        PresenceView.Lifecycle(device));
}

/// <summary>One device.</summary>
internal sealed record DeviceStatusAnswer(DeviceStatusView Device);

/// <summary>A device in detail.</summary>
/// <param name="Id">The device.</param>
/// <param name="Name">Its owner's name for it, else its id.</param>
/// <param name="Status"><c>online</c>, <c>busy</c>, <c>error</c> or <c>offline</c>.</param>
/// <param name="LastHeartbeat">When its last heartbeat came; null: never.</param>
/// <param name="Metrics">The last metrics that it sent; null: none.</param>
/// <param name="Diagnostics">The last diagnostics that it sent; null: none.</param>
/// <param name="ActiveSession">Its active session; absent: none.</param>
/// <param name="Location">Where it stands.</param>
/// <param name="Model">What it is.</param>
/// <param name="Lifecycle"><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</param>
/// <param name="RegisteredAt">When it registered; absent: not yet.</param>
/// <param name="PendingCommands">How many commands wait for it.</param>
internal sealed record DeviceStatusView(
    string Id,
    string Name,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? LastHeartbeat,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Metrics,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Diagnostics,
    string? ActiveSession,
    string? Location,
    string? Model,
    string Lifecycle,
    string? RegisteredAt,
    int PendingCommands)
{
    /// <summary>As the store and the queue have it.</summary>
    public static DeviceStatusView Of(DeviceState state) => new(
        state.Device.Id,
        state.Device.Name ?? state.Device.Id,
        PresenceView.StatusAt(state.Device.Presence, state.At),
        PresenceView.LastSeen(state.Device.Presence),
        Json(state.Device.Presence.MetricsJson),
        Json(state.Device.Presence.DiagnosticsJson),
        state.Session?.Id,
        state.Device.Location,
        state.Device.Model,
        PresenceView.Lifecycle(state.Device),
        state.Device.RegisteredAt is { } at ? WireTime.Text(at) : null,
        state.Waiting);

    private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}
