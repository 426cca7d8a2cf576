using Microsoft.Extensions.Options;

namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// Which pages may open sockets: browsers let any page try and send the user's cookies along, but tell whose page it is (RFC 6455 section 10.2).
/// Programs that are no browsers send no origin, and prove who they are by their credentials.
/// </summary>
internal sealed class OriginRule(IOptions<ChannelOptions> options)
{
    /// <summary>Whether a request comes from no page, from one of the same host, or from one that is allowed.</summary>
    public bool Allows(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0) return true;
        if (origin.Count > 1 || !Uri.TryCreate(origin[0], UriKind.Absolute, out var from)) return false;
        // By host and port: behind a proxy that ends TLS the scheme is another one.
        return string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            || options.Value.AllowedOrigins.Contains(origin[0]!.TrimEnd('/'), StringComparer.OrdinalIgnoreCase);
    }
}
