using Gateway.Api.Auth;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage.History;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary><c>/api/v1/customer/sessions</c> (gateway-api.md), with <c>…/{id}/close</c> (DESIGN).</summary>
internal static class SessionEndpoints
{
    /// <summary><c>POST /sessions</c>. Answers when history has the session, so that the next call finds it.</summary>
    public static async Task<IResult> OpenAsync(
        HttpContext context,
        Ownership ownership,
        ICommandQueue queue,
        DiagnosticPlaybook playbook,
        IOptions<SessionLifetimeOptions> options,
        TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context, OpenSessionRequest.Read);
        if (!body.TryGet(out var request, out var refused)) return refused;
        var customerId = context.User.CustomerId();
        var owned = await ownership.DeviceAsync(request.DeviceId, customerId, context.RequestAborted);
        if (!owned.TryGet(out var device, out refused)) return refused;

        var open = new OpenSession(
            WireIds.NewSession(time.GetUtcNow()), customerId, request.Type, request.Description, options.Value.Lifetime);
        var outcome = await queue.ExecuteAsync(device.Id, open, context.RequestAborted);
        if (outcome.Opened && request.Type == SessionTypes.Diagnostic)
            await playbook.QueueAsync(device.Id, outcome.SessionId, Caller.CustomerActor(customerId));
        await queue.FlushAsync(device.Id, context.RequestAborted);
        if (!outcome.Opened)
        {
            return GatewayErrors.Result(
                GatewayErrorCode.Conflict,
                "Active session already exists",
                new Dictionary<string, object?> { ["sessionId"] = outcome.SessionId });
        }

        return Answer.Created(
            new OpenSessionAnswer(OpenedSessionView.Of(outcome.SessionId, device.Id, outcome.Definition)), Answer.Json.OpenSessionAnswer);
    }

    /// <summary><c>GET /sessions?deviceId=</c>: the customer's own, with a device that is theirs now.</summary>
    public static async Task<IResult> ListAsync(
        HttpContext context, Ownership ownership, ICommandQueue queue, ISessionStore sessions, TimeProvider time)
    {
        var query = new QueryReader(context.Request.Query);
        var deviceId = query.Optional("deviceId", text => text, "");
        var limit = query.Integer("limit", SessionListAnswer.DefaultSessions, 1, SessionListAnswer.MaxSessions);
        var before = query.Optional("before", text => WireIds.IsSession(text) ? text : null, "must be a session's id");
        if (query.Refusal() is { } invalid) return invalid;
        if (deviceId is null) return GatewayErrors.InvalidField("deviceId", "is required");
        var customerId = context.User.CustomerId();
        var owned = await ownership.DeviceAsync(deviceId, customerId, context.RequestAborted);
        if (!owned.TryGet(out var device, out var refused)) return refused;

        await queue.FlushAsync(device.Id, context.RequestAborted);
        // One more than is shown, to know whether there are more.
        var found = await sessions.ListSessionsAsync(device.Id, customerId, before, limit + 1, context.RequestAborted);
        return Answer.Ok(SessionListAnswer.Of(found, limit, time.GetUtcNow()), Answer.Json.SessionListAnswer);
    }

    /// <summary><c>GET /sessions/{id}</c>: a client sees its own writes at once, so history is brought up to date first.</summary>
    public static async Task<IResult> ViewAsync(
        string id, HttpContext context, Ownership ownership, ICommandQueue queue, SessionViews views)
    {
        var query = new QueryReader(context.Request.Query);
        var limit = query.Integer("limit", SessionViews.MaxCommands, 1, SessionViews.MaxCommands);
        var after = query.Optional("after", text => WireIds.TryParseCommand(text, out var parsed) ? parsed : null, "must be a command's id");
        var last = query.Integer("last", 0, 1, SessionViews.MaxCommands);
        if (query.Refusal() is { } invalid) return invalid;
        var owned = await ownership.SessionAsync(id, context.User.CustomerId(), context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;

        await queue.FlushAsync(session.DeviceId, context.RequestAborted);
        var view = last > 0
            ? await views.ViewLastAsync(id, last, context.RequestAborted)
            : await views.ViewAsync(id, after, limit, context.RequestAborted);
        return view is null
            ? Ownership.NoSession()
            : Answer.Ok(new SessionAnswer(view), Answer.Json.SessionAnswer);
    }

    /// <summary><c>POST /sessions/{id}/close</c>: cancels what was not started. Closing a closed session is no mistake.</summary>
    public static async Task<IResult> CloseAsync(
        string id, HttpContext context, Ownership ownership, ICommandQueue queue, ISessionStore sessions, TimeProvider time)
    {
        var customerId = context.User.CustomerId();
        var owned = await ownership.SessionAsync(id, customerId, context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;

        var outcome = await queue.ExecuteAsync(
            session.DeviceId, new CloseSession(id, Caller.CustomerActor(customerId)), context.RequestAborted);
        if (outcome.Closed) return Closed(id);

        await queue.FlushAsync(session.DeviceId, context.RequestAborted);
        if (await sessions.FindSessionAsync(id, context.RequestAborted) is not { } ended) return Ownership.NoSession();
        var status = SessionViews.StatusAt(ended, time.GetUtcNow());
        return status == SessionTypes.Closed ? Closed(id) : GatewayErrors.ConflictOf("The session has ended", status);
    }

    private static IResult Closed(string id) =>
        Answer.Ok(new CloseSessionAnswer(true, new ClosedSessionView(id, SessionTypes.Closed)), Answer.Json.CloseSessionAnswer);
}
