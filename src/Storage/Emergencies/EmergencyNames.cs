namespace Gateway.Storage.Emergencies;

/// <summary>Names of actions and states, as they go over the wire and into the store.</summary>
public static class EmergencyNames
{
    private static readonly string[] Actions = ["soft_reset", "service_reset"];
    private static readonly string[] NodeStates = ["pending", "confirmed", "refused", "offline"];
    private static readonly string[] Kinds = ["everything", "nodes", "node", "device"];

    /// <summary>The action's name.</summary>
    public static string Name(this EmergencyAction action) => Actions[(int)action];

    /// <summary>The state's name.</summary>
    public static string Name(this NodeResetState state) => NodeStates[(int)state];

    internal static string Name(this EmergencyTargetKind kind) => Kinds[(int)kind];

    internal static EmergencyAction Action(string name) => (EmergencyAction)Array.IndexOf(Actions, name);

    internal static NodeResetState NodeState(string name) => (NodeResetState)Array.IndexOf(NodeStates, name);

    internal static EmergencyTargetKind Kind(string name) => (EmergencyTargetKind)Array.IndexOf(Kinds, name);
}
