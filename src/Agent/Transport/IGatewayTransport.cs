using System.Text.Json;

namespace Gateway.Agent.Transport;

/// <summary>
/// How a device and its gateway talk, seen from the device: the seam behind which REST may become a socket. Nothing here throws
/// for what a network or a server does; that is in the reply. Only cancellation throws.
/// </summary>
internal interface IGatewayTransport
{
    Task<Reply<HeartbeatAnswer>> HeartbeatAsync(HeartbeatRequest heartbeat, CancellationToken cancel);

    /// <summary>Takes at most <paramref name="limit"/> commands; waits for the first up to <paramref name="wait"/>.</summary>
    Task<Reply<IReadOnlyList<ClaimedCommand>>> ClaimAsync(int limit, TimeSpan visibility, TimeSpan wait, CancellationToken cancel);

    Task<Reply<ClaimLease>> ExtendAsync(string commandId, string claimToken, TimeSpan extension, CancellationToken cancel);

    Task<Reply<ResultAccepted>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel);
}

/// <summary>A command that is ours for a while.</summary>
/// <param name="Timeout">The time limit that came with it, if one did.</param>
internal sealed record ClaimedCommand(
    string Id, string Type, JsonElement Parameters, string ClaimToken, ClaimLease Lease, TimeSpan? Timeout);

/// <summary>How long a claim still lasts, from the moment its answer came.</summary>
internal sealed record ClaimLease(TimeSpan Remaining);

/// <summary>The gateway has the result.</summary>
internal sealed record ResultAccepted;
