using Gateway.Core.Devices;

namespace Gateway.Storage.Devices;

/// <summary>A device's registration.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="ActivationCodeHash">The hash of the code that it sent.</param>
/// <param name="SecretHash">The hash of the secret that it will authenticate with.</param>
/// <param name="Location">Where it says that it stands; null: as provisioned.</param>
/// <param name="Model">The model that it says it is; null: unknown.</param>
public sealed record DeviceRegistration(string DeviceId, string ActivationCodeHash, string SecretHash, string? Location, string? Model);

/// <summary>A registration's answer.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Device">The device, when it was registered; otherwise null.</param>
public sealed record Registration(RegistrationOutcome Outcome, Device? Device);

/// <summary>How a registration ended. Only <see cref="Registered"/> changes anything.</summary>
public enum RegistrationOutcome
{
    /// <summary>The device is registered and active; its code is used up.</summary>
    Registered,

    /// <summary>There is no such device.</summary>
    NotProvisioned,

    /// <summary>The code is not the device's.</summary>
    WrongCode,

    /// <summary>The code is the device's, but too old.</summary>
    CodeExpired,

    /// <summary>The device has registered before, with whatever code and secret.</summary>
    AlreadyRegistered,

    /// <summary>The device was suspended before it registered.</summary>
    Suspended,
}
