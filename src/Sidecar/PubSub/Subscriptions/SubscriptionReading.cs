using System.Text.Json;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.PubSub.Rules;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>
/// Reads subscriptions (https://docs.dapr.io/developing-applications/building-blocks/pubsub/subscription-methods/). A routing rule
/// that uses what this sidecar does not know ends the start: routed wrongly, its messages would be lost without a word.
/// </summary>
internal static class SubscriptionReading
{
    /// <summary>
    /// The app's answer to <c>GET /dapr/subscribe</c>:
    /// <c>[{"pubsubname","topic","route"|"routes":{"rules":[{"match","path"}],"default"},"metadata","deadLetterTopic","bulkSubscribe"}]</c>.
    /// Null when it is no such list.
    /// </summary>
    public static IReadOnlyList<Subscription>? FromApp(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A Subscription of the resource files.</summary>
    public static Subscription FromFile(SubscriptionSpec spec) => new()
    {
        PubSub = spec.PubsubName,
        Topic = spec.Topic,
        Routes = [.. spec.Rules.Select(rule => CreateRoute(rule.Match, rule.Path, $"{spec.File}: the subscription to topic '{spec.Topic}'"))],
        DeadLetterTopic = spec.DeadLetterTopic ?? "",
        Metadata = spec.Metadata,
        Bulk = spec.BulkSubscribe is { Enabled: true } bulk ? BulkSubscribe.Create(bulk.MaxMessagesCount, bulk.MaxAwaitDurationMs) : null,
        Declarative = true,
        RawPayload = IsRaw(spec.Metadata),
    };

    public static bool IsRaw(IReadOnlyDictionary<string, string> metadata) =>
        metadata.FirstOrDefault(entry => entry.Key.Equals("rawPayload", StringComparison.OrdinalIgnoreCase)).Value is { } value
        && value.ToLowerInvariant() is "true" or "1" or "t";

    private static Subscription Read(JsonElement entry)
    {
        string topic = Text(entry, "topic");
        Dictionary<string, string> metadata = [];
        if (Member(entry, "metadata") is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (JsonProperty item in given.EnumerateObject()) metadata[item.Name] = item.Value.GetString() ?? "";
        }

        return new Subscription
        {
            PubSub = Text(entry, "pubsubname"),
            Topic = topic,
            Routes = ReadRoutes(entry, topic),
            DeadLetterTopic = Text(entry, "deadLetterTopic"),
            Metadata = metadata,
            Bulk = Member(entry, "bulkSubscribe") is { ValueKind: JsonValueKind.Object } bulk
                && Member(bulk, "enabled") is { ValueKind: JsonValueKind.True }
                    ? BulkSubscribe.Create(Number(bulk, "maxMessagesCount"), Number(bulk, "maxAwaitDurationMs"))
                    : null,
            Declarative = false,
            RawPayload = IsRaw(metadata),
        };
    }

    private static List<Route> ReadRoutes(JsonElement entry, string topic)
    {
        string where = $"the app's subscription to topic '{topic}'";
        List<Route> routes = [];
        if (Member(entry, "routes") is { ValueKind: JsonValueKind.Object } given)
        {
            if (Member(given, "rules") is { ValueKind: JsonValueKind.Array } rules)
                routes.AddRange(rules.EnumerateArray().Select(rule => CreateRoute(Text(rule, "match"), Text(rule, "path"), where)));
            if (Text(given, "default") is { Length: > 0 } fallback) routes.Add(CreateRoute("", fallback, where));
        }

        if (routes.Count == 0 && Text(entry, "route") is { Length: > 0 } route) routes.Add(CreateRoute("", route, where));
        return routes;
    }

    private static Route CreateRoute(string match, string path, string where)
    {
        try
        {
            return new Route(match.Length == 0 ? null : RuleExpression.Parse(match), match, path);
        }
        catch (RuleException error)
        {
            throw new SidecarStartException($"{where}: rule '{match}': {error.Message}", error);
        }
    }

    private static int? Number(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;

    private static string Text(JsonElement element, string name) => Member(element, name)?.GetString() ?? "";

    /// <summary>Go matches the names of members without regard to case: the SDKs write <c>pubsubName</c>.</summary>
    private static JsonElement? Member(JsonElement element, string name)
    {
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return member.Value;
        }

        return null;
    }
}
