namespace Gateway.Api.Auth;

/// <summary>The authentication schemes, and the policies of the same names that require them.</summary>
internal static class GatewaySchemes
{
    /// <summary>Customers: <c>Authorization: Bearer</c> with a Supabase JWT.</summary>
    public const string Customer = "Customer";

    /// <summary>Devices: <c>X-Device-Token</c> with the token of <c>POST /api/v1/device/auth</c>.</summary>
    public const string Device = "Device";
}
