using Dapr.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;

namespace Dapr;

/// <summary>Gathers the subscriptions that the endpoints' metadata asks for: one for each topic, whatever the number of endpoints.</summary>
internal static class SubscriptionList
{
    private const string RawPayload = "rawPayload";

    public static List<Subscription> From(IEnumerable<Endpoint> endpoints, SubscribeOptions? options, ILogger logger) =>
    [
        .. endpoints.OfType<RouteEndpoint>()
            .SelectMany(Topics)
            .GroupBy(topic => (topic.Metadata.PubsubName, topic.Metadata.Name))
            .OrderBy(group => group.Key)
            .Select(group => Merge([.. group.OrderBy(topic => topic.Metadata.Priority)], options, logger)),
    ];

    private static IEnumerable<Topic> Topics(RouteEndpoint endpoint)
    {
        var topics = endpoint.Metadata.GetOrderedMetadata<ITopicMetadata>();
        if (topics.Count == 0) return [];
        var path = Path(endpoint.RoutePattern);
        var bulk = endpoint.Metadata.GetOrderedMetadata<IBulkSubscribeMetadata>();
        var entries = endpoint.Metadata.GetOrderedMetadata<IOriginalTopicMetadata>();
        return topics.Select(topic => new Topic(
            topic,
            path,
            [.. entries.Where(entry => string.IsNullOrEmpty(entry.Id) || Owns(topic, entry.Id))],
            bulk.FirstOrDefault(bulk => bulk.TopicName == topic.Name)));
    }

    private static bool Owns(ITopicMetadata topic, string id) =>
        (topic as IOwnedOriginalTopicMetadata)?.OwnedMetadatas?.Contains(id) == true;

    private static Subscription Merge(List<Topic> topics, SubscribeOptions? options, ILogger logger)
    {
        var first = topics[0];
        List<Topic> rules = topics.FindAll(topic => !string.IsNullOrEmpty(topic.Metadata.Match));
        List<Topic> defaults = topics.FindAll(topic => string.IsNullOrEmpty(topic.Metadata.Match));
        Warn(first.Metadata, rules, defaults, logger);

        var metadata = Metadata(topics);
        if (options is { EnableRawPayload: true } || topics.Exists(topic => topic.Metadata is IRawTopicMetadata { EnableRawPayload: true }))
            metadata[RawPayload] = "true";
        var route = defaults.FirstOrDefault()?.Path;
        return new Subscription(
            first.Metadata.Name,
            first.Metadata.PubsubName,
            rules.Count == 0 ? route : null,
            rules.Count == 0 ? null : new SubscriptionRoutes(route, rules.ConvertAll(rule => new SubscriptionRule(rule.Metadata.Match!, rule.Path))),
            metadata.Count == 0 ? null : metadata,
            (first.Metadata as IDeadLetterTopicMetadata)?.DeadLetterTopic,
            first.Bulk is { } bulk ? new SubscriptionBulk(true, bulk.MaxMessagesCount, bulk.MaxAwaitDurationMs) : null);
    }

    private static Dictionary<string, string> Metadata(List<Topic> topics)
    {
        var separator = topics.Select(topic => (topic.Metadata as IOwnedOriginalTopicMetadata)?.MetadataSeparator)
            .FirstOrDefault(separator => !string.IsNullOrEmpty(separator)) ?? ",";
        return topics.SelectMany(topic => topic.Entries)
            .GroupBy(entry => entry.Name, entry => entry.Value)
            .ToDictionary(group => group.Key, group => string.Join(separator, group.Distinct()));
    }

    private static void Warn(ITopicMetadata topic, List<Topic> rules, List<Topic> defaults, ILogger logger)
    {
        if (defaults.Select(route => route.Path).Distinct().Count() > 1)
            SubscriptionLog.SecondDefault(logger, topic.Name, topic.PubsubName);
        foreach (var group in rules.GroupBy(rule => rule.Metadata.Priority).Where(group => group.Count() > 1))
            SubscriptionLog.SamePriority(logger, topic.Name, topic.PubsubName, group.Key);
    }

    /// <summary>The route without a leading slash.</summary>
    /// <exception cref="InvalidOperationException">It has parameters, which a sidecar cannot fill.</exception>
    private static string Path(RoutePattern pattern) => string.Join('/', pattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part is RoutePatternLiteralPart literal
            ? literal.Content
            : throw new InvalidOperationException($"The route '{pattern.RawText}' takes a topic and must not have parameters.")))));

    private sealed record Topic(ITopicMetadata Metadata, string Path, List<IOriginalTopicMetadata> Entries, IBulkSubscribeMetadata? Bulk);
}
