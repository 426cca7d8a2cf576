namespace Dapr;

/// <summary>The endpoint takes a topic. May be given more than once.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class TopicAttribute : Attribute, ITopicMetadata, IRawTopicMetadata, IOwnedOriginalTopicMetadata, IDeadLetterTopicMetadata
{
    /// <summary>Takes a topic.</summary>
    /// <param name="pubsubName">The pub/sub component.</param>
    /// <param name="name">The topic.</param>
    /// <param name="ownedMetadatas">Ids of metadata entries that are its own.</param>
    /// <param name="metadataSeparator">What joins several values of one metadata name.</param>
    public TopicAttribute(string pubsubName, string name, string[]? ownedMetadatas = null, string? metadataSeparator = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(pubsubName);
        ArgumentException.ThrowIfNullOrEmpty(name);
        PubsubName = pubsubName;
        Name = name;
        OwnedMetadatas = ownedMetadatas;
        MetadataSeparator = metadataSeparator;
    }

    /// <summary>Takes a topic, its events perhaps without an envelope.</summary>
    /// <param name="pubsubName">The pub/sub component.</param>
    /// <param name="name">The topic.</param>
    /// <param name="enableRawPayload">Whether events come as they were published.</param>
    /// <param name="ownedMetadatas">Ids of metadata entries that are its own.</param>
    /// <param name="metadataSeparator">What joins several values of one metadata name.</param>
    public TopicAttribute(
        string pubsubName, string name, bool enableRawPayload, string[]? ownedMetadatas = null, string? metadataSeparator = null)
        : this(pubsubName, name, ownedMetadatas, metadataSeparator)
    {
        EnableRawPayload = enableRawPayload;
    }

    /// <summary>Takes those events of a topic that an expression matches.</summary>
    /// <param name="pubsubName">The pub/sub component.</param>
    /// <param name="name">The topic.</param>
    /// <param name="match">A CEL expression over the CloudEvent.</param>
    /// <param name="priority">The order of the expressions, lowest first.</param>
    /// <param name="ownedMetadatas">Ids of metadata entries that are its own.</param>
    /// <param name="metadataSeparator">What joins several values of one metadata name.</param>
    public TopicAttribute(
        string pubsubName, string name, string match, int priority, string[]? ownedMetadatas = null, string? metadataSeparator = null)
        : this(pubsubName, name, ownedMetadatas, metadataSeparator)
    {
        Match = match;
        Priority = priority;
    }

    /// <summary>Takes those events of a topic that an expression matches, perhaps without an envelope.</summary>
    /// <param name="pubsubName">The pub/sub component.</param>
    /// <param name="name">The topic.</param>
    /// <param name="enableRawPayload">Whether events come as they were published.</param>
    /// <param name="match">A CEL expression over the CloudEvent.</param>
    /// <param name="priority">The order of the expressions, lowest first.</param>
    /// <param name="ownedMetadatas">Ids of metadata entries that are its own.</param>
    /// <param name="metadataSeparator">What joins several values of one metadata name.</param>
    public TopicAttribute(
        string pubsubName,
        string name,
        bool enableRawPayload,
        string match,
        int priority,
        string[]? ownedMetadatas = null,
        string? metadataSeparator = null)
        : this(pubsubName, name, match, priority, ownedMetadatas, metadataSeparator)
    {
        EnableRawPayload = enableRawPayload;
    }

    /// <summary>Takes a topic; events that fail go to another.</summary>
    /// <param name="pubsubName">The pub/sub component.</param>
    /// <param name="name">The topic.</param>
    /// <param name="deadLetterTopic">Where events go that failed.</param>
    /// <param name="enableRawPayload">Whether events come as they were published.</param>
    /// <param name="ownedMetadatas">Ids of metadata entries that are its own.</param>
    /// <param name="metadataSeparator">What joins several values of one metadata name.</param>
    public TopicAttribute(
        string pubsubName,
        string name,
        string? deadLetterTopic,
        bool enableRawPayload,
        string[]? ownedMetadatas = null,
        string? metadataSeparator = null)
        : this(pubsubName, name, enableRawPayload, ownedMetadatas, metadataSeparator)
    {
        DeadLetterTopic = deadLetterTopic;
    }

    /// <inheritdoc />
    public string Name { get; set; }

    /// <inheritdoc />
    public string PubsubName { get; set; }

    /// <inheritdoc />
    public bool? EnableRawPayload { get; set; }

    /// <inheritdoc />
    public new string? Match { get; set; }

    /// <inheritdoc />
    public int Priority { get; set; }

    /// <inheritdoc />
    public string[]? OwnedMetadatas { get; set; }

    /// <inheritdoc />
    public string? MetadataSeparator { get; set; }

    /// <inheritdoc />
    public string? DeadLetterTopic { get; set; }
}
