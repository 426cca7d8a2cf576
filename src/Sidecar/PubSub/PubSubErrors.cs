using System.Text.Json.Nodes;
using Gateway.Sidecar.Errors;

namespace Gateway.Sidecar.PubSub;

/// <summary>The errors of publishing (https://docs.dapr.io/reference/errors/error-codes/#pubsub-api).</summary>
internal static class PubSubErrors
{
    public static DaprError NotFound(string pubSub) =>
        new(404, "ERR_PUBSUB_NOT_FOUND", $"pubsub {pubSub} is not found", ErrorDetails.Info("DAPR_PUBSUB_NOT_FOUND", new JsonObject()));

    public static DaprError Forbidden(string pubSub, string topic, string appId)
    {
        string message = $"topic {topic} is not allowed for app id {appId}";
        return Make(403, "ERR_PUBSUB_FORBIDDEN", message, pubSub, "DAPR_PUBSUB_FORBIDDEN", new JsonObject { ["error"] = message, ["topic"] = topic });
    }

    public static DaprError CloudEvent(string pubSub, string appId, string error) => Make(
        500,
        "ERR_PUBSUB_CLOUD_EVENTS_SER",
        "cannot create cloudevent",
        pubSub,
        "DAPR_PUBSUB_CLOUD_EVENT_CREATION",
        new JsonObject { ["appID"] = appId, ["error"] = error });

    public static DaprError Publish(string pubSub, string topic, string error) => Make(
        500,
        "ERR_PUBSUB_PUBLISH_MESSAGE",
        $"error when publishing to topic {topic} in pubsub {pubSub}: {error}",
        pubSub,
        "DAPR_PUBSUB_PUBLISH_MESSAGE",
        new JsonObject { ["error"] = error, ["topic"] = topic });

    /// <summary>The body of a bulk publish is no list of entries.</summary>
    public static DaprError BulkBody(string pubSub, string topic, string appId, string error) => Make(
        400,
        "ERR_PUBSUB_EVENTS_SER",
        $"error when unmarshaling the request for topic {topic} pubsub {pubSub}: {error}",
        pubSub,
        "DAPR_PUBSUB_UNMARSHAL_EVENTS",
        new JsonObject { ["appID"] = appId });

    /// <summary>An entry has no id, or that of another.</summary>
    public static DaprError BulkEntryId(string pubSub, string topic, string appId)
    {
        const string Error = "entryId is duplicated or not present for entry";
        return Make(
            400,
            "ERR_PUBSUB_EVENTS_SER",
            $"error marshaling events to bytes for topic {topic} pubsub {pubSub}. error: {Error}",
            pubSub,
            "DAPR_PUBSUB_MARSHAL_EVENTS",
            new JsonObject { ["appID"] = appId, ["error"] = Error });
    }

    /// <summary>An entry's event does not go with its content type.</summary>
    public static DaprError BulkEvent(string pubSub, string topic, string appId, string error) => Make(
        400,
        "ERR_PUBSUB_EVENTS_SER",
        $"error when marshalling cloud event envelope for topic {topic} pubsub {pubSub}: {error}",
        pubSub,
        "DAPR_PUBSUB_MARSHAL_ENVELOPE",
        new JsonObject { ["appID"] = appId, ["error"] = error });

    private static DaprError Make(int status, string code, string message, string pubSub, string reason, JsonObject metadata) =>
        new(status, code, message, ErrorDetails.Resource("pubsub", pubSub, message), ErrorDetails.Info(reason, metadata));
}
