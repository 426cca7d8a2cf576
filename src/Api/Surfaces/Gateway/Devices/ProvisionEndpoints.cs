using Gateway.Api.Audit;
using Gateway.Api.Auth;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Audit;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Wire;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>POST /api/v1/customer/devices/provision</c> (gateway-api.md), and <c>…/{id}/reprovision</c> for a device that lost its secret.</summary>
internal static class ProvisionEndpoints
{
    /// <summary>Makes a device that may register with the code that is answered.</summary>
    public static async Task<IResult> ProvisionAsync(HttpContext context, IDeviceStore devices, AuditTrail audit, TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context, ProvisionRequest.Read);
        if (!body.TryGet(out var request, out var refused)) return refused;

        var customerId = context.User.CustomerId();
        var code = ActivationCode.Create();
        var now = time.GetUtcNow();
        var device = new NewDevice(
            request.DeviceId, customerId, request.Name, request.Location,
            ActivationCode.Hash(request.DeviceId, code), now + ActivationCode.Lifetime);
        if (await devices.ProvisionAsync(device, now, context.RequestAborted) == ProvisionOutcome.AlreadyExists)
            return GatewayErrors.Result(GatewayErrorCode.Conflict, "Device ID already exists");

        await audit.NoteAsync(Caller.CustomerActor(customerId), AuditActions.Provision, device.Id);
        return Answer.Created(ProvisionAnswer.Of(device.Id, code, device.ExpiresAt), Answer.Json.ProvisionAnswer);
    }

    /// <summary>Revokes a device's credentials and gives it a new code.</summary>
    public static async Task<IResult> ReprovisionAsync(
        string id, HttpContext context, Ownership ownership, IDeviceStore devices, AuditTrail audit, TimeProvider time)
    {
        var customerId = context.User.CustomerId();
        var owned = await ownership.DeviceAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out _, out var refused)) return refused;

        var code = ActivationCode.Create();
        var expiresAt = time.GetUtcNow() + ActivationCode.Lifetime;
        var outcome = await devices.ReprovisionAsync(id, customerId, ActivationCode.Hash(id, code), expiresAt, context.RequestAborted);
        if (outcome == ReprovisionOutcome.Suspended) return GatewayErrors.ConflictOf("The device is suspended", "suspended");
        if (outcome == ReprovisionOutcome.NotFound) return GatewayErrors.Result(GatewayErrorCode.NotFound, "Device not found");

        await audit.NoteAsync(Caller.CustomerActor(customerId), AuditActions.Reprovision, id);
        return Answer.Ok(ProvisionAnswer.Of(id, code, expiresAt), Answer.Json.ProvisionAnswer);
    }
}

/// <summary>What a customer asks for.</summary>
/// <param name="DeviceId">The device's id, 1 to 128 characters of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Name">The customer's name for it, at most 128 characters.</param>
/// <param name="Location">Where it stands, at most 256 characters.</param>
internal sealed record ProvisionRequest(string DeviceId, string? Name = null, string? Location = null)
{
    /// <summary>Reads a body.</summary>
    public static ProvisionRequest Read(FieldReader body) => new(
        body.DeviceId("deviceId"),
        body.OptionalText("name", 1, WireLimits.Name),
        body.OptionalText("location", 1, WireLimits.Location));
}

/// <summary>A device may register.</summary>
/// <param name="Device">The device and its code.</param>
/// <param name="Instructions">What to do with it, in words.</param>
internal sealed record ProvisionAnswer(ProvisionedDevice Device, string Instructions)
{
    /// <summary>With the code, which is shown this once.</summary>
    public static ProvisionAnswer Of(string deviceId, string code, DateTimeOffset expiresAt) => new(
        new ProvisionedDevice(deviceId, code, WireTime.Text(expiresAt)),
        $"Enter the activation code {code} on the device {deviceId} within 24 hours, for example: gateway-agent register --server URL --device {deviceId} --code {code}. It works once and is not shown again.");
}

/// <summary>A device and its activation code.</summary>
/// <param name="Id">The device.</param>
/// <param name="ActivationCode">Ten characters, shown as <c>XXXXX-XXXXX</c>; good once.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record ProvisionedDevice(string Id, string ActivationCode, string ExpiresAt);
