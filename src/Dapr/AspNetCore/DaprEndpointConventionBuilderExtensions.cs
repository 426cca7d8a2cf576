using Dapr;
using Dapr.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says which topics an endpoint takes.</summary>
public static class DaprEndpointConventionBuilderExtensions
{
    /// <summary>The endpoint takes a topic.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name)
        where T : IEndpointConventionBuilder =>
        WithTopic(builder, pubsubName, name, false, null);

    /// <summary>The endpoint takes a topic, subscribed with metadata.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name, IDictionary<string, string>? metadata)
        where T : IEndpointConventionBuilder =>
        WithTopic(builder, pubsubName, name, false, metadata);

    /// <summary>The endpoint takes a topic, its events perhaps without an envelope.</summary>
    public static T WithTopic<T>(this T builder, string pubsubName, string name, bool enableRawPayload)
        where T : IEndpointConventionBuilder =>
        WithTopic(builder, pubsubName, name, enableRawPayload, null);

    /// <summary>The endpoint takes a topic, subscribed with metadata, its events perhaps without an envelope.</summary>
    public static T WithTopic<T>(
        this T builder, string pubsubName, string name, bool enableRawPayload, IDictionary<string, string>? metadata)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, new TopicAttribute(pubsubName, name, enableRawPayload), metadata);
    }

    /// <summary>The endpoint takes a topic.</summary>
    /// <exception cref="ArgumentException">The options name no component or no topic.</exception>
    public static T WithTopic<T>(this T builder, TopicOptions topicOptions)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(topicOptions);
        ArgumentException.ThrowIfNullOrEmpty(topicOptions.PubsubName);
        ArgumentException.ThrowIfNullOrEmpty(topicOptions.Name);
        var topic = new TopicAttribute(
            topicOptions.PubsubName, topicOptions.Name, topicOptions.DeadLetterTopic, topicOptions.EnableRawPayload)
        {
            Match = topicOptions.Match,
            Priority = topicOptions.Priority,
            OwnedMetadatas = topicOptions.OwnedMetadatas,
            MetadataSeparator = topicOptions.MetadataSeparator,
        };
        return Add(builder, topic, topicOptions.Metadata);
    }

    /// <summary>The events of a topic that the endpoint takes come many at once.</summary>
    /// <exception cref="ArgumentException">The options name no topic.</exception>
    public static T WithBulkSubscribe<T>(this T builder, BulkSubscribeTopicOptions bulkSubscribeTopicOptions)
        where T : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(bulkSubscribeTopicOptions);
        ArgumentException.ThrowIfNullOrEmpty(bulkSubscribeTopicOptions.TopicName);
        return builder.WithMetadata(new BulkSubscribeAttribute(
            bulkSubscribeTopicOptions.TopicName,
            bulkSubscribeTopicOptions.MaxMessagesCount,
            bulkSubscribeTopicOptions.MaxAwaitDurationMs));
    }

    private static T Add<T>(T builder, TopicAttribute topic, IDictionary<string, string>? metadata)
        where T : IEndpointConventionBuilder
    {
        builder.WithMetadata(topic);
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
            builder.WithMetadata(new TopicMetadataAttribute(name, value));
        return builder;
    }
}
