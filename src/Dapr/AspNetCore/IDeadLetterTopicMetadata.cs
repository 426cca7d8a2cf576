namespace Dapr;

/// <summary>Endpoint metadata: where events go that the endpoint did not take.</summary>
public interface IDeadLetterTopicMetadata
{
    /// <summary>The topic; null for none.</summary>
    string? DeadLetterTopic { get; }
}
