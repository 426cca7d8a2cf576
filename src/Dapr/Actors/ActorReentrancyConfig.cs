namespace Dapr.Actors;

/// <summary>Whether a chain of calls may come back to an actor that is in it (Dapr, "Actor reentrancy").</summary>
public sealed class ActorReentrancyConfig
{
    /// <summary>Whether it may; false by default.</summary>
    public bool Enabled { get; set; }

    /// <summary>How often one chain may enter an actor; null for Dapr's default, 32.</summary>
    public int? MaxStackDepth { get; set; }
}
