namespace Gateway.Api.Surfaces.Gateway.Audit;

/// <summary>The audit log's names for what is done through this surface.</summary>
internal static class AuditActions
{
    public const string
        Provision = "device.provision",
        Reprovision = "device.reprovision",
        Register = "device.register",
        Suspend = "device.suspend",
        Activate = "device.activate",
        OpenSession = "session.open",
        CloseSession = "session.close",
        Enqueue = "command.enqueue",
        Approve = "command.approve",
        Reject = "command.reject",
        Cancel = "command.cancel";
}
