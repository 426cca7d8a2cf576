using Gateway.Api.Auth;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>
/// <c>POST /api/v1/device/commands/{id}/release</c>: our addition (docs/gateway-surface.md). A device gives back what it has claimed, or was sent, and
/// has not begun. The same word again is answered the same.
/// </summary>
internal static class ReleaseEndpoint
{
    /// <summary>Gives a claim back.</summary>
    public static Task<IResult> ReleaseAsync(string id, HttpContext context, ICommandQueue queue) => JsonBody.AnswerAsync(
        context, ReleaseRequest.Read, request => ApplyAsync(context.User.DeviceId(), id, request, queue, context.RequestAborted), Answer.Json.ReleaseAnswer);

    /// <summary>Gives back a claim of a device, by whatever way it has asked.</summary>
    public static async Task<OrError<ReleaseAnswer>> ApplyAsync(
        string deviceId, string id, ReleaseRequest request, ICommandQueue queue, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParseCommand(id, out var commandId)) return Ownership.NoCommand();
        var outcome = await queue.ExecuteAsync(deviceId, new ReleaseClaim(commandId, request.ClaimToken, Caller.DeviceActor(deviceId)), cancellationToken);
        return outcome.Status switch
        {
            ReleaseStatus.Released or ReleaseStatus.Repeated => new ReleaseAnswer(true, outcome.State!.Value.Name()),
            ReleaseStatus.NotFound => Ownership.NoCommand(),
            ReleaseStatus.Ended => ClaimErrors.Ended(outcome.State!.Value),
            _ => ClaimErrors.Stale(),
        };
    }
}

/// <summary>What a device gives back.</summary>
/// <param name="ClaimToken">The claim.</param>
internal sealed record ReleaseRequest(string ClaimToken)
{
    /// <summary>Reads a body.</summary>
    public static ReleaseRequest Read(FieldReader body) => new(body.Text("claimToken", 1, WireLimits.Token));
}

/// <summary>The claim is the device's no more.</summary>
/// <param name="Success">True.</param>
/// <param name="Status">What the command is now: <c>queued</c>, or how it ended because it may wait no more; <c>claimed</c> when it was handed out again meanwhile.</param>
internal sealed record ReleaseAnswer(bool Success, string Status);
