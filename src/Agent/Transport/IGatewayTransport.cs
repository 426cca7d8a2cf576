using System.Text.Json;

namespace Gateway.Agent.Transport;

/// <summary>
/// How a device and its gateway talk, seen from the device: by REST, or over a socket while there is one. Nothing here throws
/// for what a network or a server does; that is in the reply. Only cancellation throws.
/// </summary>
internal interface IGatewayTransport : IWordTaker
{
    Task<Reply<HeartbeatAnswer>> HeartbeatAsync(HeartbeatRequest heartbeat, CancellationToken cancel);

    /// <summary>Takes commands; waits for the first up to <paramref name="wait"/>.</summary>
    Task<Reply<IReadOnlyList<ClaimedCommand>>> ClaimAsync(ClaimAttempt attempt, TimeSpan visibility, TimeSpan wait, CancellationToken cancel);

    Task<Reply<ClaimLease>> ExtendAsync(string commandId, string claimToken, TimeSpan extension, CancellationToken cancel);

    /// <summary>Delivers a piece of what a running command prints.</summary>
    Task<Reply<OutputTaken>> OutputAsync(string commandId, OutputRequest output, CancellationToken cancel);

    /// <summary>How much output to send, as things are.</summary>
    OutputPace Pace { get; }

    /// <summary>Ends when a socket that there was is lost: claims that came over it last only for a grace, unless they are extended.</summary>
    Task SocketLost { get; }
}

/// <summary>Takes the last word on a claim. As all of the transport it throws for cancellation only.</summary>
internal interface IWordTaker
{
    Task<Reply<WordTaken>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel);

    /// <summary>Gives back a command that has not begun.</summary>
    Task<Reply<WordTaken>> ReleaseAsync(string commandId, ReleaseRequest release, CancellationToken cancel);
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

/// <summary>The gateway has the output.</summary>
/// <param name="Truncated">It keeps no more of this claim.</param>
internal sealed record OutputTaken(bool? Truncated);

/// <summary>How much output a gateway takes.</summary>
/// <param name="ChunkBytes">Most text in one piece, in bytes of UTF-8.</param>
/// <param name="Interval">The least time between two pieces, of all commands together.</param>
/// <param name="Drain">How long a result may wait for the last output of its command.</param>
internal sealed record OutputPace(int ChunkBytes, TimeSpan Interval, TimeSpan Drain);

/// <summary>The gateway has the device's word.</summary>
internal sealed record WordTaken;
