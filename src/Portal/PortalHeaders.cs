using Microsoft.AspNetCore.Http;

namespace Gateway.Portal;

/// <summary>What every answer of the portal tells browsers: nothing from other hosts, nothing inline, no frames, nothing kept.</summary>
internal static class PortalHeaders
{
    /// <summary>Everything comes from this host; the socket of the page too.</summary>
    public const string Policy =
        "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; img-src 'self' data:; connect-src 'self'";

    /// <summary>Sets them.</summary>
    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
