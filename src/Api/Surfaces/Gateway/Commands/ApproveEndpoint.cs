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

/// <summary><c>POST /api/v1/customer/sessions/{id}/approve</c> (gateway-api.md), with <c>digest</c> to bind the decision to what was shown.</summary>
internal static class ApproveEndpoint
{
    private const string Approved = "approved", Rejected = "rejected";

    /// <summary>Approves or rejects.</summary>
    public static async Task<IResult> DecideAsync(
        string id, HttpContext context, Ownership ownership, ICommandQueue queue)
    {
        var body = await JsonBody.ReadAsync(context, ApproveRequest.Read);
        if (!body.TryGet(out var request, out var refused)) return refused;
        var customerId = context.User.CustomerId();
        var owned = await ownership.SessionAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out var session, out refused)) return refused;
        if (!WireIds.TryParseCommand(request.CommandId, out var commandId)) return Ownership.NoCommand();

        var decide = new DecideApproval
        {
            CommandId = commandId,
            SessionId = id,
            Approved = request.Approved,
            Digest = request.Digest,
            Reason = request.Reason,
            By = Caller.CustomerActor(customerId),
        };
        var outcome = await queue.ExecuteAsync(session.DeviceId, decide, context.RequestAborted);
        switch (outcome.Status)
        {
            case DecisionStatus.Decided:
                return Answer.Ok(
                    new DecisionAnswer(true, new DecidedCommand(WireIds.Command(commandId), request.Approved ? Approved : Rejected)),
                    Answer.Json.DecisionAnswer);
            case DecisionStatus.OtherPayload:
                return GatewayErrors.Result(GatewayErrorCode.PayloadChanged, details: new Dictionary<string, object?> { ["field"] = "digest" });
            case DecisionStatus.AlreadyDecided:
                return GatewayErrors.ConflictOf("Command already processed", outcome.State!.Value.Name());
            default:
                return Ownership.NoCommand();
        }
    }
}

/// <summary>A person's decision.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="Approved">Approved or rejected.</param>
/// <param name="Reason">Why, in words, at most 2,000 characters.</param>
/// <param name="Digest">The digest of what was shown; absent: whatever is stored.</param>
internal sealed record ApproveRequest(string CommandId, bool Approved, string? Reason = null, string? Digest = null)
{
    /// <summary>Reads a body.</summary>
    public static ApproveRequest Read(FieldReader body) => new(
        body.Text("commandId", 1, WireLimits.Token),
        body.Flag("approved"),
        body.OptionalText("reason", 0, WireLimits.Prose),
        body.OptionalText("digest", 1, WireLimits.Token));
}

/// <summary>What was decided about a command.</summary>
internal sealed record DecisionAnswer(bool Success, DecidedCommand Command);

/// <summary>A command and its state.</summary>
internal sealed record DecidedCommand(string Id, string Status);
