using Gateway.Api.Audit;
using Gateway.Api.Auth;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Audit;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>POST /api/v1/customer/devices/{id}/suspend</c> and <c>…/activate</c>: our addition, as the specification knows suspended devices but nothing that suspends one.</summary>
internal static class LifecycleEndpoints
{
    /// <summary>Locks a device out: its secret and tokens are refused.</summary>
    public static Task<IResult> SuspendAsync(string id, HttpContext context, Ownership ownership, IDeviceStore devices, AuditTrail audit) =>
        SetAsync(id, suspended: true, context, ownership, devices, audit);

    /// <summary>Lets it in again.</summary>
    public static Task<IResult> ActivateAsync(string id, HttpContext context, Ownership ownership, IDeviceStore devices, AuditTrail audit) =>
        SetAsync(id, suspended: false, context, ownership, devices, audit);

    private static async Task<IResult> SetAsync(
        string id, bool suspended, HttpContext context, Ownership ownership, IDeviceStore devices, AuditTrail audit)
    {
        var customerId = context.User.CustomerId();
        var owned = await ownership.DeviceAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out _, out var refused)) return refused;
        if (await devices.SetSuspendedAsync(id, suspended, context.RequestAborted) is not { } device)
            return GatewayErrors.Result(GatewayErrorCode.NotFound, "Device not found");

        await audit.NoteAsync(Caller.CustomerActor(customerId), suspended ? AuditActions.Suspend : AuditActions.Activate, id);
        return Answer.Ok(
            new LifecycleAnswer(true, new LifecycleView(id, PresenceView.Lifecycle(device))), Answer.Json.LifecycleAnswer);
    }
}

/// <summary>A device's lifecycle was set.</summary>
internal sealed record LifecycleAnswer(bool Success, LifecycleView Device);

/// <summary>A device and how far it is in its life.</summary>
/// <param name="Id">The device.</param>
/// <param name="Status"><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</param>
internal sealed record LifecycleView(string Id, string Status);
