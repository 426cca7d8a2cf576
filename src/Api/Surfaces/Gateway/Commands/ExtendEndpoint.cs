using Gateway.Api.Auth;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary><c>POST /api/v1/device/commands/{id}/extend</c> (gateway-api.md).</summary>
internal static class ExtendEndpoint
{
    /// <summary>Extends a claim.</summary>
    public static Task<IResult> ExtendAsync(string id, HttpContext context, ICommandQueue queue) => JsonBody.AnswerAsync(
        context, ExtendRequest.Read, request => ApplyAsync(context.User.DeviceId(), id, request, queue, context.RequestAborted), Answer.Json.ExtendAnswer);

    /// <summary>Extends a claim of a device, by whatever way it has asked.</summary>
    public static async Task<OrError<ExtendAnswer>> ApplyAsync(
        string deviceId, string id, ExtendRequest request, ICommandQueue queue, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParseCommand(id, out var commandId)) return Ownership.NoCommand();
        var extend = new ExtendClaim(commandId, request.ClaimToken, TimeSpan.FromMilliseconds(request.ExtensionMs));
        var outcome = await queue.ExecuteAsync(deviceId, extend, cancellationToken);
        return outcome.Status switch
        {
            ClaimStatus.Live => new ExtendAnswer(true, WireTime.Text(outcome.VisibleUntil!.Value)),
            ClaimStatus.NotFound => Ownership.NoCommand(),
            ClaimStatus.Ended => ClaimErrors.Ended(outcome.Ended!.Value),
            _ => ClaimErrors.Stale(),
        };
    }
}

/// <summary>What a device asks for.</summary>
/// <param name="ClaimToken">The claim.</param>
/// <param name="ExtensionMs">How long it shall last from now, in milliseconds, 1 to 300,000.</param>
internal sealed record ExtendRequest(string ClaimToken, int ExtensionMs)
{
    private const int MaxExtension = 300_000;

    /// <summary>Reads a body.</summary>
    public static ExtendRequest Read(FieldReader body) => new(
        body.Text("claimToken", 1, WireLimits.Token), (int)body.Integer("extensionMs", 1, MaxExtension));
}

/// <summary>The claim lasts on.</summary>
internal sealed record ExtendAnswer(bool Success, string VisibleUntil);
