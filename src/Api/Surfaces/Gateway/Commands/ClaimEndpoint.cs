using System.Text.Json;
using Gateway.Api.Auth;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary><c>POST /api/v1/device/commands/claim</c> (gateway-api.md), with <c>waitMs</c> for a long poll (DESIGN, "The command queue").</summary>
internal static class ClaimEndpoint
{
    /// <summary>
    /// How long a poll goes by the look at its token before it asks again. With the <see cref="DeviceTokenCache"/> that makes 4 s at the
    /// most from a lock-out until nothing is handed out any more, however long the poll waits.
    /// </summary>
    private static readonly TimeSpan TokenTrust = TimeSpan.FromSeconds(1);

    /// <summary>Claims.</summary>
    public static async Task<IResult> ClaimAsync(
        HttpContext context, ICommandQueue queue, DeviceTokens tokens, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        // The token was looked at before the body came, which may have taken its time.
        var lookedAt = time.GetTimestamp();
        var body = await JsonBody.ReadAsync(context, ClaimRequest.Read, mayBeEmpty: true);
        if (!body.TryGet(out var request, out var refused)) return refused;

        // A long poll must not hold up the shutdown.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var deviceId = context.User.DeviceId();
        var wait = TimeSpan.FromMilliseconds(request.WaitMs);
        var began = time.GetTimestamp();
        while (true)
        {
            using var stale = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
            ClaimCommands Claim()
            {
                // Woken after a while: whether the device may still have commands is asked first. Cancelled before its commit
                // begins, a claim is not begun.
                if (time.GetElapsedTime(lookedAt) >= TokenTrust) stale.Cancel();
                return NewClaim(request, deviceId);
            }

            try
            {
                var left = wait - time.GetElapsedTime(began);
                var claimed = await queue.ClaimAsync(deviceId, Claim, left > TimeSpan.Zero ? left : TimeSpan.Zero, stale.Token);
                return Answer.Ok(new ClaimAnswer([.. claimed.Commands.Select(ClaimedView.Of)]), Answer.Json.ClaimAnswer);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
            {
                return Answer.Ok(new ClaimAnswer([]), Answer.Json.ClaimAnswer);
            }
            catch (OperationCanceledException) when (stale.IsCancellationRequested && !ends.IsCancellationRequested)
            {
                lookedAt = time.GetTimestamp();
                if (!await tokens.IsStillGoodAsync(context)) return GatewayErrors.Result(GatewayErrorCode.Unauthorized, "The device token is not valid.");
            }
        }
    }

    private static ClaimCommands NewClaim(ClaimRequest request, string deviceId) => new()
    {
        Tokens = [.. Enumerable.Range(0, request.Limit).Select(_ => Secrets.NewToken())],
        Visibility = TimeSpan.FromMilliseconds(request.VisibilityTimeout),
        By = Caller.DeviceActor(deviceId),
        RequestId = request.RequestId,
    };
}

/// <summary>What a device asks for.</summary>
/// <param name="Limit">Most commands, 1 to 10. Default 1.</param>
/// <param name="VisibilityTimeout">How long the claims last unless extended, in milliseconds, 1,000 to 43,200,000. Default 300,000.</param>
/// <param name="WaitMs">How long to wait for a command when there is none, in milliseconds, 0 to 20,000. Default 0.</param>
/// <param name="RequestId">The device's id for this request, 1 to 64 characters; sent again after a lost answer it gets the same claims, while they last.</param>
internal sealed record ClaimRequest(
    int Limit = 1, int VisibilityTimeout = ClaimRequest.DefaultVisibility, int WaitMs = 0, string? RequestId = null)
{
    private const int MaxLimit = 10, MinVisibility = 1_000, MaxVisibility = 43_200_000, DefaultVisibility = 300_000, MaxWait = 20_000, MaxRequestId = 64;

    /// <summary>Reads a body.</summary>
    public static ClaimRequest Read(FieldReader body) => new(
        (int)(body.OptionalInteger("limit", 1, MaxLimit) ?? 1),
        (int)(body.OptionalInteger("visibilityTimeout", MinVisibility, MaxVisibility) ?? DefaultVisibility),
        (int)(body.OptionalInteger("waitMs", 0, MaxWait) ?? 0),
        body.OptionalText("requestId", 1, MaxRequestId));
}

/// <summary>What a device got, in the order in which to run it.</summary>
internal sealed record ClaimAnswer(IReadOnlyList<ClaimedView> Commands);

/// <summary>A command in the hands of its device.</summary>
/// <param name="Id">The command.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="ClaimToken">What its result must come with.</param>
/// <param name="VisibleUntil">When the claim ends unless extended.</param>
/// <param name="Attempt">The how-manieth claim this is, from 1.</param>
/// <param name="TimeoutMs">How long the claim may last in all, extended or not; absent: as long as it is extended.</param>
internal sealed record ClaimedView(
    string Id, string Type, JsonElement Parameters, int Priority, string ClaimToken, string VisibleUntil, int Attempt, long? TimeoutMs)
{
    /// <summary>As the queue answers it.</summary>
    public static ClaimedView Of(ClaimedCommand command) => new(
        WireIds.Command(command.Id),
        command.Type,
        JsonElement.Parse(command.Parameters),
        command.Priority,
        command.Token,
        WireTime.Text(command.VisibleUntil),
        command.Attempt,
        command.TimeoutMs);
}
