namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>The words of the specification for sessions.</summary>
internal static class SessionTypes
{
    public const string
        Diagnostic = "diagnostic",
        Remediation = "remediation",
        Active = "active",
        Closed = "closed",
        Expired = "expired";
}
