using Gateway.Api.Access;
using Gateway.Api.Audit;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Surfaces.Gateway.Audit;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Devices;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>POST /api/v1/device/register</c> (gateway-api.md), with <c>deviceSecret</c> either way (DESIGN).</summary>
internal static class RegisterEndpoint
{
    /// <summary>Uses an activation code, once.</summary>
    public static async Task<IResult> RegisterAsync(
        HttpContext context,
        IDeviceStore devices,
        RegistrationAttempts attempts,
        ClientAddresses addresses,
        AuditTrail audit,
        TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context, RegisterRequest.Read);
        if (!body.TryGet(out var request, out var refused)) return refused;
        var address = addresses.Of(context);
        if (attempts.Refuse(request.DeviceId, address) is { } tooMany) return tooMany;

        var secret = request.DeviceSecret ?? Secrets.NewToken();
        var registration = new DeviceRegistration(
            request.DeviceId,
            ActivationCode.Hash(request.DeviceId, request.ActivationCode),
            CredentialHash.Of(secret),
            request.Metadata?.Location,
            request.Metadata?.Model);
        var honest = true;
        try
        {
            var (outcome, device) = await devices.RegisterAsync(registration, time.GetUtcNow(), context.RequestAborted);
            honest = outcome is not (RegistrationOutcome.WrongCode or RegistrationOutcome.NotProvisioned);
            if (device is null) return Refuse(outcome);

            await audit.NoteAsync(Caller.DeviceActor(device.Id), AuditActions.Register, device.Id);
            return Answer.Ok(AnswerOf(device, request.DeviceSecret is null ? secret : null), Answer.Json.RegisterAnswer);
        }
        finally
        {
            if (honest) attempts.WasHonest(request.DeviceId);
            else attempts.WasWrong(address);
        }
    }

    private static RegisterAnswer AnswerOf(Device device, string? secret) => new(
        true,
        new RegisteredDevice(
            device.Id, PresenceView.Lifecycle(device), device.CustomerId, WireTime.Text(device.RegisteredAt!.Value)),
        secret);

    private static GatewayErrorResult Refuse(RegistrationOutcome outcome) => outcome switch
    {
        RegistrationOutcome.NotProvisioned => GatewayErrors.Result(GatewayErrorCode.NotFound, "Device not pre-provisioned"),
        RegistrationOutcome.AlreadyRegistered => GatewayErrors.Result(GatewayErrorCode.Conflict, "Device already registered"),
        RegistrationOutcome.Suspended => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Device suspended"),
        _ => GatewayErrors.Result(GatewayErrorCode.Unauthorized, "Invalid activation code"),
    };
}
