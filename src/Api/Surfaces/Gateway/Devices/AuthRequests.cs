using Gateway.Api.Requests;
using Gateway.Api.Wire;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary>What a device shows.</summary>
/// <param name="DeviceId">Its id.</param>
/// <param name="DeviceSecret">Its secret.</param>
internal sealed record AuthRequest(string DeviceId, string DeviceSecret)
{
    /// <summary>Reads a body.</summary>
    public static AuthRequest Read(FieldReader body) => new(body.DeviceId("deviceId"), body.Text("deviceSecret", 1, WireLimits.Token));
}

/// <summary>A session token.</summary>
/// <param name="Token">What goes into <c>X-Device-Token</c>.</param>
/// <param name="ExpiresIn">How long it is good, in seconds.</param>
/// <param name="DeviceId">Whose it is.</param>
internal sealed record AuthAnswer(string Token, long ExpiresIn, string DeviceId);

/// <summary>What a device registers with.</summary>
/// <param name="DeviceId">Its id.</param>
/// <param name="ActivationCode">The code that its owner was given; case and dashes do not matter.</param>
/// <param name="Metadata">What it says of itself.</param>
/// <param name="DeviceSecret">A secret of its own, 32 to 256 characters; absent: the server makes one.</param>
internal sealed record RegisterRequest(string DeviceId, string ActivationCode, DeviceMetadata? Metadata = null, string? DeviceSecret = null)
{
    private const int MinSecret = 32;

    /// <summary>Reads a body.</summary>
    public static RegisterRequest Read(FieldReader body) => new(
        body.DeviceId("deviceId"),
        body.Text("activationCode", 1, WireLimits.Token),
        body.OptionalObject("metadata") is { } metadata ? DeviceMetadata.Read(metadata) : null,
        body.OptionalText("deviceSecret", MinSecret, WireLimits.Token));
}

/// <summary>What a device says of itself.</summary>
/// <param name="Location">Where it stands, at most 256 characters.</param>
/// <param name="Model">What it is, at most 128 characters.</param>
internal sealed record DeviceMetadata(string? Location = null, string? Model = null)
{
    /// <summary>Reads an object.</summary>
    public static DeviceMetadata Read(FieldReader metadata) => new(
        metadata.OptionalText("location", 0, WireLimits.Location), metadata.OptionalText("model", 0, WireLimits.Name));
}

/// <summary>A device is registered.</summary>
/// <param name="Success">True.</param>
/// <param name="Device">The device.</param>
/// <param name="DeviceSecret">The secret that the server made, shown this once; absent when the device brought its own.</param>
internal sealed record RegisterAnswer(bool Success, RegisteredDevice Device, string? DeviceSecret);

/// <summary>A registered device.</summary>
/// <param name="Id">The device.</param>
/// <param name="Status"><c>active</c>.</param>
/// <param name="CustomerId">Its owner.</param>
/// <param name="RegisteredAt">When it registered.</param>
internal sealed record RegisteredDevice(string Id, string Status, string CustomerId, string RegisteredAt);
