using System.Text.Json.Nodes;

namespace Gateway.Sidecar.Hosting;

/// <summary>The parts of /v1.0/metadata that features fill in; what stays null is left out of the answer.</summary>
internal sealed class MetadataDocument
{
    /// <summary><c>[{"pubsubname","topic","rules":[{"path"}],"deadLetterTopic","type":"PROGRAMMATIC"}]</c>.</summary>
    public JsonArray? Subscriptions { get; set; }

    /// <summary><c>{"runtimeStatus":"RUNNING","hostReady":true,"placement":"…","activeActors":[{"type","count"}]}</c>.</summary>
    public JsonObject? ActorRuntime { get; set; }
}
