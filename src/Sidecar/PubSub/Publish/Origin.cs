using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.PubSub.CloudEvents;

namespace Gateway.Sidecar.PubSub.Publish;

/// <summary>What an envelope takes from the publisher's request.</summary>
internal static class Origin
{
    public static CloudEventOrigin Of(HttpContext http, string pubSub, string topic, IReadOnlyDictionary<string, string> metadata)
    {
        // Without a tracing configuration only a trace that the publisher brought is worth naming.
        string sent = http.Request.Headers.TraceParent.ToString();
        string parent = http.Trace().TraceParent;
        bool continued = sent.Length > 36 && parent.StartsWith(sent[..36], StringComparison.Ordinal);
        return new CloudEventOrigin(pubSub, topic, continued ? parent : "", continued ? http.Request.Headers["tracestate"].ToString() : "", metadata);
    }
}
