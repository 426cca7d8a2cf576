using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Devices;

/// <summary>A token to hand out, this once.</summary>
/// <param name="Token">The token.</param>
/// <param name="ExpiresIn">How long it is good: whole seconds.</param>
internal sealed record IssuedDeviceToken(string Token, TimeSpan ExpiresIn);

/// <summary>Issues and verifies devices' session tokens. Any number of threads.</summary>
internal sealed class DeviceTokens(IDeviceTokenStore store, IOptions<DeviceAuthOptions> options, TimeProvider time)
{
    private readonly DeviceTokenCache cache = new(time);

    /// <summary>
    /// A new token for a device whose <paramref name="secret"/> was just found right. Null: it is right no longer, as when
    /// the device was suspended or provisioned anew in between; the answer is then the one to a wrong secret.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    public async ValueTask<IssuedDeviceToken?> IssueAsync(string deviceId, string secret, CancellationToken cancellationToken)
    {
        var token = DeviceTokenText.Create();
        var lifetime = TimeSpan.FromSeconds(Math.Floor(options.Value.TokenLifetime.TotalSeconds));
        var kept = await store.AddAsync(
            CredentialHash.Of(token), deviceId, CredentialHash.Of(secret), time.GetUtcNow() + lifetime, cancellationToken);
        return kept ? new IssuedDeviceToken(token, lifetime) : null;
    }

    /// <summary>The good token's record, or null for one that is malformed, unknown, expired, revoked or of a device that may not work.</summary>
    /// <exception cref="StorageUnavailableException">The store does not answer: whether the token is good is not known.</exception>
    public async ValueTask<DeviceTokenRecord?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (!DeviceTokenText.IsWellFormed(token)) return null;
        var hash = CredentialHash.Of(token);
        var record = cache.Find(hash);
        if (record is null)
        {
            var askedAt = cache.Now;
            record = await store.FindAsync(hash, cancellationToken);
            if (record is null) return null;
            cache.Keep(hash, record, askedAt);
        }

        var isGood = record is { Revoked: false, Access: DeviceAccess.Allowed } && time.GetUtcNow() < record.ExpiresAt;
        return isGood ? record : null;
    }

    /// <summary>Whether the token that a request came with, and was let in by, is good now: for requests that last.</summary>
    /// <exception cref="StorageUnavailableException">The store does not answer.</exception>
    public async ValueTask<bool> IsStillGoodAsync(HttpContext context) =>
        await VerifyAsync(context.Request.Headers[DeviceAuthenticationHandler.Header].ToString(), context.RequestAborted) is not null;
}
