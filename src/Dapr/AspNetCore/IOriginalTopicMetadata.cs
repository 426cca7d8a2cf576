namespace Dapr;

/// <summary>Endpoint metadata: one entry of a subscription's metadata.</summary>
public interface IOriginalTopicMetadata
{
    /// <summary>Which topics of the endpoint it belongs to (<see cref="IOwnedOriginalTopicMetadata.OwnedMetadatas"/>); null for all.</summary>
    string? Id { get; }

    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its value.</summary>
    string Value { get; }
}
