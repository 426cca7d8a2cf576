namespace Dapr.Client;

/// <summary>Makes the connection pools to a sidecar.</summary>
internal static class SidecarHandler
{
    /// <summary>A pool without a proxy (a sidecar is next door), redirects or cookies (it uses neither).</summary>
    public static SocketsHttpHandler Create() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
