namespace Dapr;

/// <summary>Endpoint metadata: whether the topic's events come as they were published, without an envelope.</summary>
public interface IRawTopicMetadata
{
    /// <summary>Whether they do; null counts as false.</summary>
    bool? EnableRawPayload { get; }
}
