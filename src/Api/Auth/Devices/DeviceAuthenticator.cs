using System.Net;
using Gateway.Core.Ids;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Devices;

/// <summary>What came of a device's id and secret.</summary>
internal enum DeviceAuthOutcome
{
    /// <summary>They are right, and the device may work.</summary>
    Ok,

    /// <summary>Unknown device or wrong secret, which of the two is nobody's business: 401.</summary>
    InvalidCredentials,

    /// <summary>They are right, and the device is not in service: 403.</summary>
    Inactive,

    /// <summary>They are right, and the device is locked out: 403.</summary>
    Suspended,

    /// <summary>Too many wrong secrets before; this one was not looked at: 429.</summary>
    TooManyAttempts,

    /// <summary>The store does not answer, so nothing is known: 503.</summary>
    Unavailable,
}

/// <summary>The answer to a device's id and secret.</summary>
/// <param name="Outcome">What came of them.</param>
/// <param name="RetryAfter">With <see cref="DeviceAuthOutcome.TooManyAttempts"/>: how long until the next attempt is looked at, at most a minute.</param>
internal readonly record struct DeviceAuthResult(DeviceAuthOutcome Outcome, TimeSpan? RetryAfter = null);

/// <summary>
/// Checks device ids and secrets, for <c>POST /api/v1/device/auth</c> and the device socket. An unknown device costs the
/// same work, gets the same answer at the same time and counts the same as a wrong secret. Any number of threads.
/// </summary>
internal sealed class DeviceAuthenticator(
    IDeviceCredentialStore store,
    ISecretCheck secrets,
    FailedAttempts attempts,
    IOptions<DeviceAuthOptions> options,
    TimeProvider time,
    ILogger<DeviceAuthenticator> logger)
{
    // Stands for every id that no device can have: the store and the counters are not bothered with them.
    private const string NoDevice = "";

    // What the secret of an unknown device is compared with: nobody's.
    private readonly string nobodysHash = CredentialHash.Of(DeviceTokenText.Create());

    /// <summary>Checks one pair.</summary>
    /// <param name="deviceId">The device's id.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="address">Where the attempt comes from; null when that says nothing, as through a sidecar.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async ValueTask<DeviceAuthResult> AuthenticateAsync(
        string deviceId, string secret, IPAddress? address, CancellationToken cancellationToken)
    {
        // Begun before the work, so that its end tells nothing of how long the work took.
        var delay = Task.Delay(options.Value.WrongSecretDelay, time, cancellationToken);
        var result = await CheckAsync(deviceId, secret, address, cancellationToken);
        if (result.Outcome == DeviceAuthOutcome.InvalidCredentials) await delay;
        return result;
    }

    private async ValueTask<DeviceAuthResult> CheckAsync(
        string deviceId, string secret, IPAddress? address, CancellationToken cancellationToken)
    {
        if (!DeviceIds.IsValid(deviceId)) deviceId = NoDevice;
        if (attempts.Admit(deviceId, address) is { } wait)
        {
            DeviceAuthLog.TooManyAttempts(logger, wait);
            return new DeviceAuthResult(DeviceAuthOutcome.TooManyAttempts, wait);
        }

        var wrong = false;
        try
        {
            var credential = await store.FindAsync(deviceId, cancellationToken);
            var isRight = secrets.Matches(secret, credential?.SecretHash ?? nobodysHash);
            wrong = !isRight || credential is null;
            return new DeviceAuthResult(wrong ? DeviceAuthOutcome.InvalidCredentials : OutcomeOf(credential!.Access));
        }
        catch (StorageUnavailableException problem)
        {
            DeviceAuthLog.StoreUnavailable(logger, problem);
            return new DeviceAuthResult(DeviceAuthOutcome.Unavailable);
        }
        finally
        {
            if (wrong) attempts.CountFor(address);
            else attempts.Withdraw(deviceId);
        }
    }

    private static DeviceAuthOutcome OutcomeOf(DeviceAccess access) => access switch
    {
        DeviceAccess.Allowed => DeviceAuthOutcome.Ok,
        DeviceAccess.Suspended => DeviceAuthOutcome.Suspended,
        _ => DeviceAuthOutcome.Inactive,
    };
}
