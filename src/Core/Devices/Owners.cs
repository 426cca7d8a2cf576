namespace Gateway.Core.Devices;

/// <summary>Owners of devices that are no customers. Their names hold a character that a customer's id cannot have: those are printable ASCII.</summary>
public static class Owners
{
    /// <summary>Owns the nodes and the devices behind them (orchestrator-api.md), which no customer sees.</summary>
    public const string Orchestrator = "§orchestrator";
}
