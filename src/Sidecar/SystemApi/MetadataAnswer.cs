using System.Text.Json.Nodes;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.SystemApi;

/// <summary>The answer of GET /v1.0/metadata, with its members in daprd's order.</summary>
internal static class MetadataAnswer
{
    /// <summary>The version of daprd whose behaviour this sidecar follows.</summary>
    private const string RuntimeVersion = "1.18.3";

    public static ReadOnlyMemory<byte> Write(SidecarContext context, IReadOnlyDictionary<string, string> extended)
    {
        var parts = new MetadataDocument();
        foreach (ISidecarFeature feature in context.Features) feature.Describe(parts);

        SidecarOptions options = context.Options;
        var body = new JsonObject
        {
            ["id"] = options.AppId,
            ["runtimeVersion"] = RuntimeVersion,
            ["enabledFeatures"] = Texts(context.Resources.Configuration.Features.Where(feature => feature.Value).Select(feature => feature.Key).Order(StringComparer.Ordinal)),
        };
        if (parts.ActorRuntime?["activeActors"] is { } actors) body["actors"] = actors.DeepClone();
        body["components"] = new JsonArray([.. context.Components.Select(Component)]);
        body["extended"] = Extended(extended);
        if (parts.Subscriptions is { Count: > 0 }) body["subscriptions"] = parts.Subscriptions;
        body["appConnectionProperties"] = Connection(context.App?.Port, options.AppMaxConcurrency);
        if (parts.ActorRuntime is not null) body["actorRuntime"] = parts.ActorRuntime;
        return (byte[])[.. GoJson.Serialize(body), (byte)'\n'];
    }

    // Without an app too, and then without a port.
    private static JsonObject Connection(int? port, int? maxConcurrency)
    {
        var connection = new JsonObject();
        if (port is not null) connection["port"] = port;
        connection["protocol"] = "http";
        connection["channelAddress"] = "127.0.0.1";
        if (maxConcurrency is not null) connection["maxConcurrency"] = maxConcurrency;
        return connection;
    }

    private static JsonNode Component(LoadedComponent component) => new JsonObject
    {
        ["name"] = component.Spec.Name,
        ["type"] = component.Spec.Type,
        ["version"] = component.Spec.Version,
        ["capabilities"] = Texts(component.Capabilities),
    };

    // The version cannot be overwritten.
    private static JsonObject Extended(IReadOnlyDictionary<string, string> extended)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in extended) sorted[key] = value;
        sorted["daprRuntimeVersion"] = RuntimeVersion;
        var body = new JsonObject();
        foreach ((string key, string value) in sorted) body[key] = value;
        return body;
    }

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
