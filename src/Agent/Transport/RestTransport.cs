using System.Text.Json.Serialization.Metadata;

namespace Gateway.Agent.Transport;

/// <summary>The Gateway specification's device endpoints over REST.</summary>
internal sealed class RestTransport(GatewayClient client, DeviceSession session) : IGatewayTransport
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    /// <summary>A gateway takes some hundred requests a minute of a device; output is the least of them.</summary>
    public OutputPace Pace { get; } = new(32 * 1024, TimeSpan.FromSeconds(2), TimeSpan.Zero);

    public Task SocketLost => Never;

    public async Task<Reply<HeartbeatAnswer>> HeartbeatAsync(HeartbeatRequest heartbeat, CancellationToken cancel) =>
        (await PostAsync(
            "api/v1/device/heartbeat", heartbeat,
            Wire.Json.HeartbeatRequest, Wire.Json.HeartbeatAnswer, TimeSpan.Zero, cancel)).Reply;

    public async Task<Reply<IReadOnlyList<ClaimedCommand>>> ClaimAsync(
        ClaimAttempt attempt, TimeSpan visibility, TimeSpan wait, CancellationToken cancel)
    {
        var body = new ClaimRequest(attempt.Limit, (long)visibility.TotalMilliseconds, (long)wait.TotalMilliseconds, attempt.RequestId);
        (Reply<ClaimAnswer> reply, DateTimeOffset? serverTime) = await PostAsync(
            "api/v1/device/commands/claim", body, Wire.Json.ClaimRequest, Wire.Json.ClaimAnswer, wait, cancel);
        return reply.As<IReadOnlyList<ClaimedCommand>>(answer =>
            [.. (answer.Commands ?? []).Select(command => ClaimReading.Read(command, visibility, serverTime)).OfType<ClaimedCommand>()]);
    }

    public async Task<Reply<ClaimLease>> ExtendAsync(
        string commandId, string claimToken, TimeSpan extension, CancellationToken cancel)
    {
        (Reply<ExtendAnswer> reply, DateTimeOffset? serverTime) = await PostAsync(
            $"api/v1/device/commands/{Uri.EscapeDataString(commandId)}/extend",
            new ExtendRequest(claimToken, (long)extension.TotalMilliseconds),
            Wire.Json.ExtendRequest, Wire.Json.ExtendAnswer, TimeSpan.Zero, cancel);
        return reply.As(answer => ClaimReading.Lease(answer.VisibleUntil, extension, serverTime));
    }

    public async Task<Reply<WordTaken>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel) =>
        (await PostAsync(
            $"api/v1/device/commands/{Uri.EscapeDataString(commandId)}/result", result,
            Wire.Json.ResultRequest, Wire.Json.WordTaken, TimeSpan.Zero, cancel)).Reply;

    public async Task<Reply<WordTaken>> ReleaseAsync(string commandId, ReleaseRequest release, CancellationToken cancel) =>
        (await PostAsync(
            $"api/v1/device/commands/{Uri.EscapeDataString(commandId)}/release", release,
            Wire.Json.ReleaseRequest, Wire.Json.WordTaken, TimeSpan.Zero, cancel)).Reply;

    public async Task<Reply<OutputTaken>> OutputAsync(string commandId, OutputRequest output, CancellationToken cancel) =>
        (await PostAsync(
            $"api/v1/device/commands/{Uri.EscapeDataString(commandId)}/output", output,
            Wire.Json.OutputRequest, Wire.Json.OutputTaken, TimeSpan.Zero, cancel)).Reply;

    private async Task<(Reply<TAnswer> Reply, DateTimeOffset? ServerTime)> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, TimeSpan wait, CancellationToken cancel)
        where TAnswer : class
    {
        string? refused = null;
        while (true)
        {
            Reply<string> token = await session.TokenAsync(refused, cancel);
            if (token.Value is not { } value) return (WithoutToken<TAnswer>(token), null);
            (Reply<TAnswer> Reply, DateTimeOffset?) answer = await client.PostAsync(path, body, bodyType, answerType, value, wait, cancel);
            // One fresh token for a refused one; when that is refused too, waiting is the caller's part.
            if (answer.Reply.Verdict is not Verdict.Unauthorized || refused is not null) return answer;
            refused = value;
        }
    }

    /// <summary>
    /// A refusal of the device is no answer to the request: a 403 for a suspended device must not read as a claim that is lost.
    /// </summary>
    private static Reply<T> WithoutToken<T>(Reply<string> token)
        where T : class
    {
        Verdict verdict = token.Verdict is Verdict.Unavailable or Verdict.Throttled ? token.Verdict : Verdict.Unauthorized;
        return new Reply<T>(verdict, null, token.Detail, token.RetryAfter);
    }
}
