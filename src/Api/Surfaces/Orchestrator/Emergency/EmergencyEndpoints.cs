using Gateway.Api.Audit;
using Gateway.Api.Surfaces.Orchestrator.Access;
using Gateway.Api.Surfaces.Orchestrator.Devices;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Surfaces.Orchestrator.Requests;
using Gateway.Api.Wire;
using Gateway.Storage.Emergencies;
using Gateway.Storage.Nodes;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary><c>/api/emergency</c>: an action is noted, and goes on by itself from there (<see cref="EmergencyWorker"/>).</summary>
internal static class EmergencyEndpoints
{
    private const string SoftReset = "emergency.soft_reset", ServiceReset = "emergency.service_reset", Refused = "emergency.refused", Code = "emergency.confirm_code";
    private const string Initiated = "initiated", SoftRecovery = "30s", ServiceRecovery = "2m";

    /// <summary>The target of a service reset.</summary>
    private static readonly EmergencyTarget Everything = new(EmergencyTargetKind.Everything, "service");

    /// <summary><c>POST …/soft-reset</c>.</summary>
    public static async Task<IResult> SoftResetAsync(HttpContext context, INodeStore nodes, EmergencyWorker worker, AuditTrail audit, TimeProvider time)
    {
        var (request, refused) = await OrchestratorBody.ReadAsync(context, SoftResetRequest.Read);
        if (request is null) return refused!;
        if (await UnknownAsync(request.Target, nodes, context.RequestAborted) is { } unknown) return unknown;

        var now = time.GetUtcNow();
        var action = new NewEmergency(
            OrchestratorIds.NewEmergency(now), EmergencyAction.SoftReset, request.Target, request.Reason, null, AdminAccess.Actor);
        await worker.TryBeginAsync(action, null, now, context.RequestAborted);
        await NoteAsync(audit, SoftReset, action);
        return TypedResults.Json(
            new SoftResetAnswer(action.Action.Name(), Initiated, WireTime.Text(now), SoftRecovery, action.Id), OrchestratorAnswers.Json.SoftResetAnswer);
    }

    /// <summary><c>POST …/confirm-code</c>: our addition.</summary>
    public static async Task<IResult> IssueCodeAsync(
        HttpContext context, IEmergencyStore store, OrchestratorTokens tokens, AuditTrail audit, TimeProvider time)
    {
        var (now, code) = (time.GetUtcNow(), ConfirmCodes.Create());
        var expires = now + ConfirmCodes.GoodFor;
        await store.AddCodeAsync(new ConfirmCode(ConfirmCodes.HashOf(code, tokens), AdminAccess.Actor, expires), now, context.RequestAborted);
        await audit.NoteAsync(AdminAccess.Actor, Code, null, detail: new Dictionary<string, string?> { ["expiresAt"] = WireTime.Text(expires) });
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new ConfirmCodeAnswer(code, WireTime.Text(expires)), OrchestratorAnswers.Json.ConfirmCodeAnswer);
    }

    /// <summary><c>POST …/service-reset</c>.</summary>
    public static async Task<IResult> ServiceResetAsync(
        HttpContext context, EmergencyWorker worker, OrchestratorTokens tokens, AuditTrail audit, TimeProvider time)
    {
        var (request, refused) = await OrchestratorBody.ReadAsync(context, ServiceResetRequest.Read);
        if (request is null) return refused!;

        var now = time.GetUtcNow();
        var action = new NewEmergency(
            OrchestratorIds.NewEmergency(now), EmergencyAction.ServiceReset, Everything, request.Reason, request.Approver, AdminAccess.Actor);
        var isGood = await worker.TryBeginAsync(action, ConfirmCodes.HashOf(request.ConfirmCode, tokens), now, context.RequestAborted);
        await NoteAsync(audit, isGood ? ServiceReset : Refused, action);
        if (!isGood)
            return OrchestratorErrors.Result(
                OrchestratorErrorCode.NotAllowed,
                new Dictionary<string, object?> { ["hint"] = "Get a code with POST /api/emergency/confirm-code; it is good once, for five minutes" },
                "The confirm code is wrong, was used or has expired");
        return TypedResults.Json(
            new ServiceResetAnswer(
                action.Action.Name(), Initiated, request.ConfirmCode, request.Approver, WireTime.Text(now), ServiceRecovery, action.Id),
            OrchestratorAnswers.Json.ServiceResetAnswer);
    }

    /// <summary><c>GET …/{emergency_id}</c>: our addition.</summary>
    public static async Task<IResult> ShowAsync(string emergencyId, HttpContext context, IEmergencyStore store) =>
        OrchestratorIds.IsEmergency(emergencyId) && await store.FindAsync(emergencyId, context.RequestAborted) is { } emergency
            ? TypedResults.Json(EmergencyAnswer.Of(emergency), OrchestratorAnswers.Json.EmergencyAnswer)
            : OrchestratorErrors.Result(
                OrchestratorErrorCode.EmergencyNotFound, new Dictionary<string, object?> { ["emergency_id"] = emergencyId });

    /// <summary>The answer to a target that is not there; null: it is.</summary>
    private static async Task<OrchestratorErrorResult?> UnknownAsync(EmergencyTarget target, INodeStore nodes, CancellationToken cancellationToken) =>
        target.Kind switch
        {
            EmergencyTargetKind.Node when await nodes.FindAsync(target.Name, cancellationToken) is null => OrchestratorErrors.Result(
                OrchestratorErrorCode.NodeNotFound, new Dictionary<string, object?> { ["node_id"] = target.Name }),
            EmergencyTargetKind.Device when await nodes.FindDeviceAsync(target.Name, cancellationToken) is null => DeviceEndpoints.NotFound(target.Name),
            _ => null,
        };

    private static Task NoteAsync(AuditTrail audit, string what, NewEmergency action) => audit.NoteAsync(
        action.Actor,
        what,
        action.Target.Kind == EmergencyTargetKind.Device ? action.Target.Name : null,
        detail: new Dictionary<string, string?>
        {
            ["emergencyId"] = what == Refused ? null : action.Id,
            ["target"] = action.Target.Name,
            ["reason"] = action.Reason,
            ["approver"] = action.Approver,
        });
}
