using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.PubSub.CloudEvents;
using Gateway.Sidecar.PubSub.Subscriptions;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.PubSub.Publish;

/// <summary>Publishing one message (https://docs.dapr.io/reference/api/pubsub_api/#publish-a-message-to-a-given-topic).</summary>
internal sealed class PublishApi(SidecarContext context, PubSubs pubSubs)
{
    private readonly CloudEventFactory envelopes = new(context.Options.AppId, context.Time);

    public void Map(SidecarRoutes routes) => routes.Map("POST,PUT", "/v1.0/publish/{pubsub}/{topic*}", PublishAsync);

    private async Task PublishAsync(HttpContext http, RouteValues route)
    {
        DaprError? error = await PublishAsync(http, route["pubsub"], GoEscaping.QueryUnescape(route["topic"]));
        await (error?.WriteAsync(http) ?? http.NoContentAsync());
    }

    private async Task<DaprError?> PublishAsync(HttpContext http, string name, string topic)
    {
        if (topic.Length == 0) return DaprError.UnknownRoute;
        if (pubSubs.Find(name) is not { } component) return PubSubErrors.NotFound(name);
        if (!component.Scopes.MayPublish(topic)) return PubSubErrors.Forbidden(name, topic, context.Options.AppId);
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } data)
            return PubSubErrors.Publish(name, topic, HttpExchange.TooLarge);

        IReadOnlyDictionary<string, string> metadata = http.QueryMetadata() ?? PubSubMessage.NoMetadata;
        if (!SubscriptionReading.IsRaw(metadata))
        {
            string contentType = http.Request.ContentType is { Length: > 0 } given ? given : "text/plain";
            CloudEvent? cloudEvent = envelopes.TryCreate(data, contentType, Origin.Of(http, name, topic, metadata), out string? bad);
            if (cloudEvent is null) return PubSubErrors.CloudEvent(name, context.Options.AppId, bad!);
            data = cloudEvent.ToJson();
        }

        // The publisher may wait for a slow subscriber, but not longer than the sidecar lives.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        try
        {
            string? failure = await component.PubSub.PublishAsync(new PubSubMessage(topic, data, metadata), either.Token);
            return failure is null ? null : PubSubErrors.Publish(name, topic, failure);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            return PubSubErrors.Publish(name, topic, "context canceled");
        }
    }
}
