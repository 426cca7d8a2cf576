using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.PubSub.CloudEvents;

namespace Gateway.Sidecar.PubSub.Publish;

/// <summary>What an envelope takes from the publisher's request.</summary>
internal static class Origin
{
    public static CloudEventOrigin Of(HttpContext http, string pubSub, string topic, IReadOnlyDictionary<string, string> metadata)
    {
        // Without a tracing configuration only a trace that the publisher brought is worth naming.
        TraceContext trace = http.Trace();
        return trace.TraceParent == TraceContext.None.TraceParent
            ? new CloudEventOrigin(pubSub, topic, "", "", metadata)
            : new CloudEventOrigin(pubSub, topic, trace.TraceParent, trace.TraceState ?? "", metadata);
    }
}
