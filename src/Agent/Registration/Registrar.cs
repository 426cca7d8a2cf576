using System.Buffers.Text;
using System.Security.Cryptography;
using Gateway.Agent.Credentials;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Registration;

/// <summary>What the user said.</summary>
internal sealed record RegistrationRequest(string Server, string DeviceId, string ActivationCode, string? Location, string? Model);

/// <param name="AlreadyKnown">The gateway had registered the device before; its stored secret was checked and works.</param>
internal sealed record RegistrationOutcome(DeviceCredentials Credentials, bool AlreadyKnown);

/// <summary>
/// Registers the device. The secret is the device's own and on disk before the request leaves: when the answer is lost, the same
/// command again finds it, and the device is not locked out of a registration that the gateway has carried out.
/// </summary>
internal sealed class Registrar(CredentialsFile file, GatewayClient client, Backoff backoff, TimeProvider time, ILogger log)
{
    private const int Attempts = 6;

    /// <summary>Longer than this nobody waits at a prompt.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <exception cref="AgentException">The device is not registered, or it is not known whether it is; the message says which.</exception>
    public async Task<RegistrationOutcome> RegisterAsync(RegistrationRequest request, CancellationToken cancel)
    {
        DeviceCredentials? kept = file.TryRead();
        if (kept is not null && (kept.DeviceId != request.DeviceId || kept.Server != request.Server))
            throw new AgentException($"{file.Path} already holds {kept}. Name another file with --credentials, or delete it.");
        if (kept is { State: RegistrationState.Registered } && await AcceptsAsync(kept, cancel))
            return new RegistrationOutcome(kept, AlreadyKnown: true);

        DeviceCredentials pending = new(request.Server, request.DeviceId, kept?.DeviceSecret ?? NewSecret(), RegistrationState.Pending);
        file.Write(pending);
        Reply<RegisterAnswer> reply = await RetryAsync(() => SendAsync(request, pending, cancel), cancel);
        if (reply.Value is { } answer)
        {
            DeviceCredentials registered = pending with
            {
                DeviceSecret = answer.DeviceSecret is { Length: > 0 } given ? given : pending.DeviceSecret,
                State = RegistrationState.Registered,
                CustomerId = answer.Device?.CustomerId,
                RegisteredAt = answer.Device?.RegisteredAt,
            };
            file.Write(registered);
            return new RegistrationOutcome(registered, AlreadyKnown: false);
        }

        // Used up or registered already: perhaps by us, in a request whose answer was lost.
        if (reply.Verdict is Verdict.Conflict or Verdict.Unauthorized && await AcceptsAsync(pending, cancel))
        {
            DeviceCredentials registered = pending with { State = RegistrationState.Registered };
            file.Write(registered);
            return new RegistrationOutcome(registered, AlreadyKnown: true);
        }

        if (reply.Verdict is Verdict.Unavailable or Verdict.Throttled)
            throw Unreachable(request.Server, reply.Detail);
        // Nothing came of it: leave the file as it was found.
        if (kept is null) file.Delete();
        else file.Write(kept);
        throw new AgentException(Explain(request, reply));
    }

    private async Task<Reply<RegisterAnswer>> SendAsync(RegistrationRequest request, DeviceCredentials pending, CancellationToken cancel)
    {
        DeviceMetadata? metadata = request.Location is null && request.Model is null ? null : new(request.Location, request.Model);
        var body = new RegisterRequest(request.DeviceId, request.ActivationCode, pending.DeviceSecret, metadata);
        return (await client.PostAsync(
            "api/v1/device/register", body, Wire.Json.RegisterRequest, Wire.Json.RegisterAnswer, token: null, TimeSpan.Zero, cancel)).Reply;
    }

    /// <summary>Whether the gateway accepts these credentials.</summary>
    /// <exception cref="AgentException">It cannot be known now.</exception>
    private async Task<bool> AcceptsAsync(DeviceCredentials credentials, CancellationToken cancel)
    {
        Reply<AuthAnswer> reply = await RetryAsync(
            async () => (await client.PostAsync(
                "api/v1/device/auth", new AuthRequest(credentials.DeviceId, credentials.DeviceSecret),
                Wire.Json.AuthRequest, Wire.Json.AuthAnswer, token: null, TimeSpan.Zero, cancel)).Reply,
            cancel);
        return reply.Verdict switch
        {
            // Suspended is known and accepted; it may be resumed.
            Verdict.Ok or Verdict.Forbidden => true,
            Verdict.Unavailable or Verdict.Throttled => throw Unreachable(credentials.Server, reply.Detail),
            _ => false,
        };
    }

    private async Task<Reply<T>> RetryAsync<T>(Func<Task<Reply<T>>> attempt, CancellationToken cancel)
        where T : class
    {
        backoff.Reset();
        for (int made = 1; ; made++)
        {
            Reply<T> reply = await attempt();
            if (reply.Verdict is not (Verdict.Unavailable or Verdict.Throttled) || made == Attempts) return reply;
            TimeSpan wait = backoff.Next(reply.RetryAfter);
            if (wait > LongestWait) return reply;
            RegistrationLog.Retrying(log, reply.Detail, wait.TotalSeconds);
            await Task.Delay(wait, time, cancel);
        }
    }

    private AgentException Unreachable(string server, string detail) => new(
        $"The gateway at {server} gives no answer ({detail}). Run the same command again: {file.Path} keeps what was begun.");

    private static string Explain(RegistrationRequest request, Reply<RegisterAnswer> reply) => reply.Verdict switch
    {
        Verdict.Unauthorized => $"The activation code is not valid for device {request.DeviceId}: wrong, used up, or older than 24 hours.",
        Verdict.NotFound => $"The gateway does not know device {request.DeviceId}: the customer provisions it first.",
        Verdict.Conflict =>
            $"Device {request.DeviceId} is registered already, with another secret; the customer provisions another for a new code.",
        _ => $"The gateway refuses to register device {request.DeviceId} ({reply.Detail}).",
    };

    /// <summary>256 bits, as 43 characters of base64url.</summary>
    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
