namespace Gateway.Agent.Transport.Sockets;

/// <summary>Over the socket while there is one, by REST otherwise; and what is too large for the socket always by REST.</summary>
internal sealed class LiveTransport(SocketLink link, RestTransport rest) : IGatewayTransport
{
    public OutputPace Pace => link.IsOpen ? link.Pace : rest.Pace;

    public Task SocketLost => link.Lost;

    public async Task<Reply<HeartbeatAnswer>> HeartbeatAsync(HeartbeatRequest heartbeat, CancellationToken cancel) =>
        await link.TryRequestAsync("status", null, heartbeat, Wire.Json.HeartbeatRequest, Wire.Json.HeartbeatAnswer, cancel)
        ?? await rest.HeartbeatAsync(heartbeat, cancel);

    /// <summary>Commands come over the socket by themselves: this is for when there is none.</summary>
    public Task<Reply<IReadOnlyList<ClaimedCommand>>> ClaimAsync(
        ClaimAttempt attempt, TimeSpan visibility, TimeSpan wait, CancellationToken cancel) => rest.ClaimAsync(attempt, visibility, wait, cancel);

    public async Task<Reply<ClaimLease>> ExtendAsync(string commandId, string claimToken, TimeSpan extension, CancellationToken cancel)
    {
        var body = new ExtendRequest(claimToken, (long)extension.TotalMilliseconds);
        return await link.TryRequestAsync("extend", commandId, body, Wire.Json.ExtendRequest, Wire.Json.ExtendAnswer, cancel) is { } reply
            ? reply.As(answer => ClaimReading.Lease(answer.VisibleUntil, extension, link.ServerTime))
            : await rest.ExtendAsync(commandId, claimToken, extension, cancel);
    }

    public async Task<Reply<WordTaken>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel) =>
        await link.TryRequestAsync("command_result", commandId, result, Wire.Json.ResultRequest, Wire.Json.WordTaken, cancel)
        ?? await rest.SubmitAsync(commandId, result, cancel);

    public async Task<Reply<WordTaken>> ReleaseAsync(string commandId, ReleaseRequest release, CancellationToken cancel) =>
        await link.TryRequestAsync("release", commandId, release, Wire.Json.ReleaseRequest, Wire.Json.WordTaken, cancel)
        ?? await rest.ReleaseAsync(commandId, release, cancel);

    public async Task<Reply<OutputTaken>> OutputAsync(string commandId, OutputRequest output, CancellationToken cancel) =>
        await link.TryRequestAsync("output", commandId, output, Wire.Json.OutputRequest, Wire.Json.OutputTaken, cancel)
        ?? await rest.OutputAsync(commandId, output, cancel);
}
