using Gateway.Agent.Credentials;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Transport;

/// <summary>
/// The session token: asked for when first needed, renewed before it ends and when the gateway refuses it. All loops share one
/// session, so that one of them authenticates and the others wait; after a failure all of them wait, since the gateway allows
/// a device only a few attempts a minute.
/// </summary>
internal sealed class DeviceSession(
    GatewayClient client, DeviceCredentials credentials, Backoff backoff, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>The part of its life after which a token is renewed.</summary>
    private const double RenewAt = 0.8;

    private readonly SemaphoreSlim turn = new(1, 1);
    private Reply<string>? current;
    private TimeSpan validUntil;
    private bool refused;

    /// <summary>A token, or why there is none.</summary>
    /// <param name="refusedToken">A token that the gateway has refused: it is not given again.</param>
    public async Task<Reply<string>> TokenAsync(string? refusedToken, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            TimeSpan now = Monotonic();
            if (current is { } known && now < validUntil && (known.Value is null || known.Value != refusedToken))
                return known.Value is null ? known with { RetryAfter = validUntil - now } : known;

            current = await AuthenticateAsync(cancel);
            return current;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<Reply<string>> AuthenticateAsync(CancellationToken cancel)
    {
        (Reply<AuthAnswer> answer, _) = await client.PostAsync(
            "api/v1/device/auth", new AuthRequest(credentials.DeviceId, credentials.DeviceSecret),
            Wire.Json.AuthRequest, Wire.Json.AuthAnswer, token: null, TimeSpan.Zero, cancel);
        Reply<string> reply = answer.As(value => value.Token);
        if (reply.Verdict is Verdict.Ok && string.IsNullOrEmpty(reply.Value))
            reply = new Reply<string>(Verdict.Unavailable, null, "the answer holds no token");

        if (reply.Verdict is not Verdict.Ok)
        {
            TimeSpan wait = backoff.Next(reply.RetryAfter);
            validUntil = Monotonic() + wait;
            if (reply.Verdict is not Verdict.Unavailable && !refused)
            {
                refused = true;
                TransportLog.Refused(log, credentials.DeviceId, reply.Detail);
            }

            return reply with { RetryAfter = wait };
        }

        backoff.Reset();
        if (refused) TransportLog.AcceptedAgain(log, credentials.DeviceId);
        refused = false;
        double seconds = double.IsFinite(answer.Value!.ExpiresIn) ? Math.Clamp(answer.Value.ExpiresIn, 1, 86_400) : 1;
        validUntil = Monotonic() + TimeSpan.FromSeconds(seconds * RenewAt);
        TransportLog.Authenticated(log, credentials.DeviceId, (int)seconds);
        return reply;
    }

    // A device without a battery clock jumps by years when it gets the time from the network.
    private TimeSpan Monotonic() => time.GetElapsedTime(0);
}
