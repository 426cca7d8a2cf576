namespace Dapr;

/// <summary>A topic that an endpoint takes, for <c>WithTopic</c>.</summary>
public class TopicOptions
{
    /// <summary>The topic; required.</summary>
    public string? Name { get; set; }

    /// <summary>The pub/sub component; required.</summary>
    public string? PubsubName { get; set; }

    /// <summary>Whether events come as they were published, without an envelope.</summary>
    public bool EnableRawPayload { get; set; }

    /// <summary>A CEL expression for the events that the endpoint takes; null for those that no other does.</summary>
    public string? Match { get; set; }

    /// <summary>The order of the expressions, lowest first.</summary>
    public int Priority { get; set; }

    /// <summary>The ids of the metadata entries that are its own.</summary>
    public string[]? OwnedMetadatas { get; set; }

    /// <summary>What joins several values of one metadata name.</summary>
    public string? MetadataSeparator { get; set; }

    /// <summary>Where events go that failed; null for nowhere.</summary>
    public string? DeadLetterTopic { get; set; }

    /// <summary>The subscription's metadata.</summary>
    public IDictionary<string, string>? Metadata { get; set; }
}
