namespace Gateway.Api.Surfaces.Gateway.Audit;

/// <summary>The audit log's names for what is done to devices through this surface; what is done to sessions and commands, their events tell.</summary>
internal static class AuditActions
{
    public const string
        Provision = "device.provision",
        Reprovision = "device.reprovision",
        Register = "device.register",
        Suspend = "device.suspend",
        Activate = "device.activate";
}
