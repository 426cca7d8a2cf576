namespace Dapr;

/// <summary>Endpoint metadata: which metadata entries a topic has.</summary>
public interface IOwnedOriginalTopicMetadata
{
    /// <summary>The ids of those that are its own; entries without an id belong to every topic.</summary>
    string[]? OwnedMetadatas { get; }

    /// <summary>What joins several values of one name; a comma unless set.</summary>
    string? MetadataSeparator { get; }
}
