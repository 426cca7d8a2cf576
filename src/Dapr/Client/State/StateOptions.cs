namespace Dapr.Client;

/// <summary>Options of one state operation. What is null is left to the store.</summary>
public class StateOptions
{
    /// <summary>How many copies must agree.</summary>
    public ConsistencyMode? Consistency { get; set; }

    /// <summary>What happens when two writers meet.</summary>
    public ConcurrencyMode? Concurrency { get; set; }
}
