namespace Dapr.Client;

/// <summary>What one part of a state transaction does.</summary>
public enum StateOperationType
{
    /// <summary>Writes the key, whether it was there or not.</summary>
    Upsert,

    /// <summary>Removes the key.</summary>
    Delete,
}
