namespace Dapr;

/// <summary>Endpoint metadata: this endpoint takes a topic.</summary>
public interface ITopicMetadata
{
    /// <summary>The topic.</summary>
    string Name { get; }

    /// <summary>The pub/sub component.</summary>
    string PubsubName { get; }

    /// <summary>A CEL expression for the events that the endpoint takes; null for those that no other does.</summary>
    string? Match { get; }

    /// <summary>The order of the expressions, lowest first.</summary>
    int Priority { get; }
}
