using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.PubSub.CloudEvents;
using Gateway.Sidecar.PubSub.Subscriptions;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.PubSub.Publish;

/// <summary>
/// Publishing several messages at once (https://docs.dapr.io/reference/api/pubsub_api/#publish-multiple-messages-to-a-given-topic).
/// One bad entry refuses all of them; entries that the component refuses are named in the answer.
/// </summary>
internal sealed class BulkPublishApi(SidecarContext context, PubSubs pubSubs)
{
    private readonly CloudEventFactory envelopes = new(context.Options.AppId, context.Time);

    public void Map(SidecarRoutes routes)
    {
        foreach (string version in (string[])["v1.0", "v1.0-alpha1"])
            routes.Map("POST,PUT", $"/{version}/publish/bulk/{{pubsub}}/{{topic*}}", PublishAsync);
    }

    private async Task PublishAsync(HttpContext http, RouteValues route)
    {
        string name = route["pubsub"];
        string topic = GoEscaping.QueryUnescape(route["topic"]);
        (List<(string EntryId, PubSubMessage Message)>? messages, DaprError? error) = await ReadAsync(http, name, topic);
        if (messages is null)
        {
            await error!.WriteAsync(http);
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        IReadOnlyList<string?> failures = await PublishAsync(pubSubs.Find(name)!.PubSub, [.. messages.Select(entry => entry.Message)], either.Token);
        var failed = new JsonArray();
        for (int i = 0; i < failures.Count; i++)
        {
            if (failures[i] is { } failure) failed.Add(new JsonObject { ["entryId"] = messages[i].EntryId, ["error"] = failure });
        }

        if (failed.Count == 0)
        {
            await http.NoContentAsync();
            return;
        }

        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        await http.WriteJsonAsync(GoJson.Serialize(new JsonObject { ["failedEntries"] = failed, ["errorCode"] = "ERR_PUBSUB_PUBLISH_MESSAGE" }));
    }

    private async ValueTask<IReadOnlyList<string?>> PublishAsync(IPubSub pubSub, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            return await pubSub.PublishAsync(messages, cancellationToken);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            return [.. messages.Select(_ => "context canceled")];
        }
    }

    private async Task<(List<(string EntryId, PubSubMessage Message)>? Messages, DaprError? Error)> ReadAsync(HttpContext http, string name, string topic)
    {
        string appId = context.Options.AppId;
        if (topic.Length == 0) return (null, DaprError.UnknownRoute);
        if (pubSubs.Find(name) is not { } component) return (null, PubSubErrors.NotFound(name));
        if (!component.Scopes.MayPublish(topic)) return (null, PubSubErrors.Forbidden(name, topic, appId));
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
            return (null, PubSubErrors.BulkBody(name, topic, appId, HttpExchange.TooLarge));
        using JsonDocument? document = GoJsonReader.TryParse(body, out string unreadable);
        if (document is null) return (null, PubSubErrors.BulkBody(name, topic, appId, unreadable));
        if (BulkEntry.TryRead(document.RootElement, out string? noEntry) is not { } entries)
            return (null, PubSubErrors.BulkBody(name, topic, appId, noEntry!));

        bool raw = SubscriptionReading.IsRaw(http.QueryMetadata() ?? PubSubMessage.NoMetadata);
        HashSet<string> ids = new(StringComparer.Ordinal);
        List<(string EntryId, PubSubMessage Message)> messages = [];
        foreach (BulkEntry entry in entries)
        {
            if (entry.EntryId.Length == 0 || !ids.Add(entry.EntryId)) return (null, PubSubErrors.BulkEntryId(name, topic, appId));
            if (entry.TryGetBytes(out string? mismatch) is not { } data) return (null, PubSubErrors.BulkEvent(name, topic, appId, mismatch!));
            if (!raw)
            {
                CloudEventOrigin origin = Origin.Of(http, name, topic, entry.Metadata);
                CloudEvent? cloudEvent = envelopes.TryCreate(data, entry.ContentType, origin, out string? bad);
                if (cloudEvent is null) return (null, PubSubErrors.CloudEvent(name, appId, bad!));
                data = cloudEvent.ToJson();
            }

            messages.Add((entry.EntryId, new PubSubMessage(topic, data, entry.Metadata)));
        }

        return (messages, null);
    }
}
