using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.PubSub.CloudEvents;

/// <summary>What an envelope is made from, beside the payload.</summary>
/// <remarks>
/// <para><c>TraceParent</c>, <c>TraceState</c>: of the publisher's request, or empty.</para>
/// <para><c>Metadata</c>: of the message; <c>ttlInSeconds</c> and <c>cloudevent.*</c> have a meaning here.</para>
/// </remarks>
internal sealed record CloudEventOrigin(
    string PubSub, string Topic, string TraceParent, string TraceState, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// Puts what apps publish into CloudEvents 1.0 envelopes
/// (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-cloudevents/).
/// </summary>
internal sealed class CloudEventFactory(string appId, TimeProvider time)
{
    private static readonly string[] Overridable = ["id", "type", "source", "subject", "traceid", "traceparent", "tracestate"];

    public static bool IsCloudEvent(string contentType) => MediaType(contentType) == CloudEvent.ContentType;

    public static bool IsJson(string contentType) => MediaType(contentType) == "application/json";

    public static bool IsBinary(string contentType) => MediaType(contentType) == "application/octet-stream";

    /// <summary>The envelope, or null and Go's text when what claims to be a CloudEvent is no JSON object.</summary>
    public CloudEvent? TryCreate(ReadOnlyMemory<byte> data, string contentType, CloudEventOrigin origin, out string? error)
    {
        error = null;
        CloudEvent? cloudEvent = IsCloudEvent(contentType) ? Adopt(data, origin, out error) : Wrap(data, contentType, origin);
        if (cloudEvent is not null && Expiration(origin.Metadata) is { } expiration) cloudEvent.Set("expiration", CloudEvent.Format(expiration));
        return cloudEvent;
    }

    /// <summary>The envelope of what a component carried without one, for a subscriber with <c>rawPayload</c>.</summary>
    public static CloudEvent WrapRaw(ReadOnlySpan<byte> data, string pubSub, string topic)
    {
        var cloudEvent = new CloudEvent();
        cloudEvent.Set("data_base64", Convert.ToBase64String(data));
        cloudEvent.Set("datacontenttype", "application/octet-stream");
        cloudEvent.Set("id", Guid.NewGuid().ToString());
        cloudEvent.Set("pubsubname", pubSub);
        cloudEvent.Set("source", CloudEvent.DefaultSource);
        cloudEvent.Set("specversion", "1.0");
        cloudEvent.Set("topic", topic);
        cloudEvent.Set("type", CloudEvent.DefaultType);
        return cloudEvent;
    }

    private CloudEvent? Adopt(ReadOnlyMemory<byte> data, CloudEventOrigin origin, out string? error)
    {
        using JsonDocument? document = GoJsonReader.TryParse(data, out string problem);
        error = document is null ? problem : null;
        if (document is null) return null;
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            error = $"json: cannot unmarshal {GoJsonReader.TypeName(root)} into Go value of type map[string]interface {{}}";
            return null;
        }

        CloudEvent cloudEvent = CloudEvent.Of(root);
        cloudEvent.Set("topic", origin.Topic);
        cloudEvent.Set("pubsubname", origin.PubSub);
        if (!cloudEvent.Has("source")) cloudEvent.Set("source", CloudEvent.DefaultSource);
        if (!cloudEvent.Has("type")) cloudEvent.Set("type", CloudEvent.DefaultType);
        if (!cloudEvent.Has("specversion")) cloudEvent.Set("specversion", "1.0");
        if (!cloudEvent.Has("time")) cloudEvent.Set("time", CloudEvent.Format(time.GetUtcNow()));
        // A publisher that sets traceid keeps its trace; otherwise the trace is that of its request.
        if (!cloudEvent.Has("traceid"))
        {
            cloudEvent.Set("traceid", origin.TraceParent);
            cloudEvent.Set("traceparent", origin.TraceParent);
        }

        if (!cloudEvent.Has("tracestate")) cloudEvent.Set("tracestate", origin.TraceState);
        return cloudEvent;
    }

    private CloudEvent Wrap(ReadOnlyMemory<byte> data, string contentType, CloudEventOrigin origin)
    {
        var cloudEvent = new CloudEvent();
        cloudEvent.Set("id", Guid.NewGuid().ToString());
        cloudEvent.Set("specversion", "1.0");
        cloudEvent.Set("source", appId);
        cloudEvent.Set("type", CloudEvent.DefaultType);
        cloudEvent.Set("time", CloudEvent.Format(time.GetUtcNow()));
        cloudEvent.Set("pubsubname", origin.PubSub);
        cloudEvent.Set("topic", origin.Topic);
        cloudEvent.Set("datacontenttype", contentType);
        cloudEvent.Set("traceid", origin.TraceParent);
        cloudEvent.Set("traceparent", origin.TraceParent);
        cloudEvent.Set("tracestate", origin.TraceState);
        SetData(cloudEvent, data, contentType);
        foreach (string name in Overridable)
        {
            if (origin.Metadata.GetValueOrDefault($"cloudevent.{name}") is { Length: > 0 } value) cloudEvent.Set(name, value);
        }

        return cloudEvent;
    }

    private static void SetData(CloudEvent cloudEvent, ReadOnlyMemory<byte> data, string contentType)
    {
        if (IsBinary(contentType))
        {
            cloudEvent.Set("data_base64", Convert.ToBase64String(data.Span));
            return;
        }

        // What calls itself JSON and is none goes as text, like everything else.
        using JsonDocument? json = IsJson(contentType) ? GoJsonReader.TryParse(data, out _) : null;
        if (json is null) cloudEvent.SetText("data", data.Span);
        else cloudEvent.SetJson("data", GoJson.Normalize(json.RootElement));
    }

    /// <summary>The end of <c>ttlInSeconds</c>; what is no number, or negative, is no ttl.</summary>
    private DateTimeOffset? Expiration(IReadOnlyDictionary<string, string> metadata)
    {
        if (!long.TryParse(metadata.GetValueOrDefault("ttlInSeconds"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            || seconds < 0) return null;
        DateTimeOffset now = time.GetUtcNow();
        return seconds < (DateTimeOffset.MaxValue - now).TotalSeconds - 1 ? now.AddSeconds(seconds) : DateTimeOffset.MaxValue;
    }

    private static string MediaType(string contentType)
    {
        int end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
    }
}
