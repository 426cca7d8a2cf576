using System.Security.Cryptography;
using Gateway.Api.Auth;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage.History;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary><c>/api/v1/customer/sessions/{id}/commands</c>: our addition, as the specification has no call that makes a command (DESIGN).</summary>
internal static class SessionCommandEndpoints
{
    /// <summary><c>POST</c>: 201 for a new command, 200 when its idempotency key was accepted before with the same content.</summary>
    public static async Task<IResult> EnqueueAsync(
        string id,
        HttpContext context,
        Ownership ownership,
        ICommandQueue queue,
        SessionCommands commands,
        ISessionStore sessions,
        IOptions<CommandOptions> options,
        IOptions<QueueOptions> limits,
        TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context, reader => EnqueueRequest.Read(reader, context.Request.Headers));
        if (!body.TryGet(out var request, out var refused)) return refused;
        var customerId = context.User.CustomerId();
        var owned = await ownership.SessionAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out var session, out refused)) return refused;

        var enqueue = new Enqueue
        {
            Type = request.Type,
            Parameters = request.CanonicalParameters(),
            Priority = request.Priority,
            By = Caller.CustomerActor(customerId),
            SessionId = id,
            RequiresApproval = request.RequiresApproval ?? session.Type == SessionTypes.Remediation,
            AtMostOnce = options.Value.IsAtMostOnce(request.Type),
            IdempotencyKey = request.IdempotencyKey,
            ExpiresAt = request.ExpiryAt(session, time.GetUtcNow(), limits.Value.Retention),
            TimeoutMs = request.TimeoutMs,
            Entropy = RandomNumberGenerator.GetBytes(SortableId.EntropyBytes),
        };
        var outcome = await queue.ExecuteAsync(session.DeviceId, enqueue, context.RequestAborted);
        switch (outcome.Status)
        {
            case EnqueueStatus.Accepted:
                return Answer.Created(
                    new EnqueueAnswer(new CommandSummary(
                        WireIds.Command(outcome.CommandId!), id, enqueue.Type, outcome.State!.Value.Name(), enqueue.Priority,
                        WireTime.Text(SortableId.MadeAt(outcome.CommandId!)), WireTime.Text(enqueue.ExpiresAt.Value),
                        enqueue.RequiresApproval, Digests.OfCommand(enqueue.Type, enqueue.Parameters))),
                    Answer.Json.EnqueueAnswer);
            case EnqueueStatus.AlreadyAccepted when await commands.FindAsync(session, outcome.CommandId!, context.RequestAborted) is { } known:
                return Answer.Ok(new EnqueueAnswer(CommandSummary.Of(known)), Answer.Json.EnqueueAnswer);
            case EnqueueStatus.AlreadyAccepted or EnqueueStatus.KeyConflict:
                return GatewayErrors.Result(
                    GatewayErrorCode.Conflict,
                    "The idempotency key was used for another command",
                    new Dictionary<string, object?> { ["commandId"] = WireIds.Command(outcome.CommandId!) });
            case EnqueueStatus.QueueFull:
                return GatewayErrors.Result(GatewayErrorCode.QueueFull, retryAfter: GatewayFailures.RetryAfter);
            case EnqueueStatus.HistoryBehind:
                return GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable, retryAfter: GatewayFailures.RetryAfter);
            default:
                return await NotActiveAsync(session, queue, sessions, time, context.RequestAborted);
        }
    }

    /// <summary><c>GET …/{commandId}</c>.</summary>
    public static async Task<IResult> ViewAsync(
        string id, string commandId, HttpContext context, Ownership ownership, SessionCommands commands)
    {
        var owned = await ownership.SessionAsync(id, context.User.CustomerId(), context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;
        if (!WireIds.TryParseCommand(commandId, out var command)) return Ownership.NoCommand();
        return await commands.FindAsync(session, command, context.RequestAborted) is { } record
            ? Answer.Ok(new CommandAnswer(CommandView.Of(record)), Answer.Json.CommandAnswer)
            : Ownership.NoCommand();
    }

    /// <summary><c>DELETE …/{commandId}</c>: cancels. Cancelling again is no mistake.</summary>
    public static async Task<IResult> CancelAsync(
        string id, string commandId, HttpContext context, Ownership ownership, ICommandQueue queue)
    {
        var customerId = context.User.CustomerId();
        var owned = await ownership.SessionAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;
        if (!WireIds.TryParseCommand(commandId, out var command)) return Ownership.NoCommand();

        var cancel = new CancelCommand(command, id, Caller.CustomerActor(customerId), "Cancelled by the customer.");
        var outcome = await queue.ExecuteAsync(session.DeviceId, cancel, context.RequestAborted);
        if (outcome.Status == CancelStatus.NotFound) return Ownership.NoCommand();
        return outcome.State == CommandState.Cancelled
            ? Cancelled(command)
            : GatewayErrors.ConflictOf("The command has ended", outcome.State!.Value.Name());
    }

    private static IResult Cancelled(string commandId) => Answer.Ok(
        new DecisionAnswer(true, new DecidedCommand(WireIds.Command(commandId), CommandState.Cancelled.Name())),
        Answer.Json.DecisionAnswer);

    private static async Task<IResult> NotActiveAsync(
        KnownSession session, ICommandQueue queue, ISessionStore sessions, TimeProvider time, CancellationToken cancellationToken)
    {
        await queue.FlushAsync(session.DeviceId, cancellationToken);
        return await sessions.FindSessionAsync(session.Id, cancellationToken) is { } ended
            ? GatewayErrors.ConflictOf("The session is not active", SessionViews.StatusAt(ended, time.GetUtcNow()))
            : Ownership.NoSession();
    }
}
