using System.Net;
using Gateway.Api.Auth.Devices;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary>Bounds the guessing of activation codes by the same counts per device and address as that of secrets.</summary>
internal sealed class RegistrationAttempts(FailedAttempts attempts)
{
    // No device id holds a space, so codes and secrets of one device are counted apart.
    private const string Kind = "register ";

    /// <summary>Admits an attempt, or answers 429. It counts as wrong until <see cref="WasHonest"/>.</summary>
    public GatewayErrorResult? Refuse(string deviceId, IPAddress? address) =>
        attempts.Admit(Kind + deviceId, address) is { } wait
            ? GatewayErrors.Result(GatewayErrorCode.RateLimited, "Too many wrong activation codes", retryAfter: wait)
            : null;

    /// <summary>The admitted attempt showed no wrong code.</summary>
    public void WasHonest(string deviceId) => attempts.Withdraw(Kind + deviceId);

    /// <summary>The admitted attempt was a guess.</summary>
    public void WasWrong(IPAddress? address) => attempts.CountFor(address);
}
