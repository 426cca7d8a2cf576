using System.Collections.Frozen;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>Headers pass through an actor call in both ways, but for those of the connection and the trace.</summary>
internal static class HeaderForwarding
{
    // RFC 9110, section 7.6.1, and what the transport writes itself.
    private static readonly FrozenSet<string> OfTheConnection = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Date", "Server",
            "Expect", "Accept-Encoding", "traceparent", "tracestate", "baggage",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static void ToApp(IHeaderDictionary from, HttpRequestMessage request)
    {
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in from)
        {
            // What the sidecar has set already, such as the app's token, stays.
            if (OfTheConnection.Contains(name) || name[0] == ':' || request.Headers.NonValidated.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    public static void ToCaller(HttpResponseMessage response, IHeaderDictionary to)
    {
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!OfTheConnection.Contains(name)) to[name] = values.ToArray();
        }
    }
}
