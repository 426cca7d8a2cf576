using System.Text.Json;

namespace Gateway.Agent.Transport;

/// <summary>
/// How a device and its gateway talk, seen from the device: the seam behind which REST may become a socket. Nothing here throws
/// for what a network or a server does; that is in the reply. Only cancellation throws.
/// </summary>
internal interface IGatewayTransport
{
    Task<Reply<HeartbeatAnswer>> HeartbeatAsync(HeartbeatRequest heartbeat, CancellationToken cancel);

    /// <summary>Takes commands; waits for the first up to <paramref name="wait"/>.</summary>
    Task<Reply<IReadOnlyList<ClaimedCommand>>> ClaimAsync(ClaimAttempt attempt, TimeSpan visibility, TimeSpan wait, CancellationToken cancel);

    Task<Reply<ClaimLease>> ExtendAsync(string commandId, string claimToken, TimeSpan extension, CancellationToken cancel);

    Task<Reply<ResultAccepted>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel);
}

/// <summary>A command that is ours for a while.</summary>
/// <param name="Timeout">The time limit that came with it, if one did.</param>
internal sealed record ClaimedCommand(
    string Id, string Type, JsonElement Parameters, string ClaimToken, ClaimLease Lease, TimeSpan? Timeout);

/// <summary>A claim that is repeated under its id until it is answered: an answer that was lost does not lose its commands.</summary>
/// <param name="RequestId">Fresh for each attempt, 1 to 64 characters.</param>
/// <param name="Limit">Most commands, 1 to 10.</param>
internal sealed record ClaimAttempt(string RequestId, int Limit);

/// <summary>How long a claim still lasts, from the moment its answer came.</summary>
internal sealed record ClaimLease(TimeSpan Remaining);

/// <summary>The gateway has the result.</summary>
internal sealed record ResultAccepted;
