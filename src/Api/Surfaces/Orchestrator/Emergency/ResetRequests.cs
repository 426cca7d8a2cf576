using System.Text.RegularExpressions;
using Gateway.Api.Requests;
using Gateway.Storage.Emergencies;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary>The body of <c>POST /api/emergency/soft-reset</c>.</summary>
/// <param name="Target">What is reset.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
internal sealed record SoftResetRequest(EmergencyTarget Target, string Reason)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReason = 500;

    /// <summary>Stands for all nodes and the devices behind them.</summary>
    public const string AllNodes = "orchestrator";

    /// <summary>Reads a body.</summary>
    public static SoftResetRequest Read(FieldReader body)
    {
        var target = body.Text("target", 1, Core.Ids.DeviceIds.MaxLength);
        EmergencyTargetKind? kind = target switch
        {
            AllNodes => EmergencyTargetKind.Nodes,
            _ when OrchestratorIds.IsNode(target) => EmergencyTargetKind.Node,
            _ when OrchestratorIds.IsDevice(target) => EmergencyTargetKind.Device,
            _ => null,
        };
        if (kind is null && target.Length > 0) body.Refuse("target", $"must be {AllNodes}, the id of a node or the id of a device");
        return new SoftResetRequest(new EmergencyTarget(kind ?? default, target), body.Text("reason", 1, MaxReason));
    }
}

/// <summary>The body of <c>POST /api/emergency/service-reset</c>.</summary>
/// <param name="ConfirmCode">A code that was issued, six characters; whatever its case.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <param name="Approver">Who agreed to it, 1 to 100 characters.</param>
internal sealed partial record ServiceResetRequest(string ConfirmCode, string Reason, string Approver)
{
    private const int MaxApprover = 100;

    /// <summary>Reads a body.</summary>
    public static ServiceResetRequest Read(FieldReader body)
    {
        var code = body.Text("confirm_code", 1, ConfirmCodes.MaxLength);
        if (code.Length > 0 && !CodeForm().IsMatch(code)) body.Refuse("confirm_code", "must be six letters and digits");
        return new ServiceResetRequest(code, body.Text("reason", 1, SoftResetRequest.MaxReason), body.Text("approver", 1, MaxApprover));
    }

    [GeneratedRegex("^[A-Za-z0-9]{6}$")]
    private static partial Regex CodeForm();
}
