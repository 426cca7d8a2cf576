using Gateway.Core.Commands;
using Gateway.Core.Devices;

namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>This surface's words for what the core calls otherwise.</summary>
internal static class OrchestratorStatus
{
    /// <summary>What a node's status may be.</summary>
    public static readonly string[] Nodes = ["online", "offline", "error"];

    /// <summary>What a device's status may be.</summary>
    public static readonly string[] Devices = ["active", "idle", "offline", "error"];

    /// <summary>What a task's status may be.</summary>
    public static readonly string[] Tasks = ["queued", "running", "completed", "failed", "cancelled"];

    /// <summary>What a task's priority may be.</summary>
    public static readonly string[] Priorities = ["normal", "low", "high"];

    private const int Low = 2, Normal = 5, High = 8;

    /// <summary>A device's status: <c>active</c> while it works (<see cref="Presence"/> <c>busy</c>), <c>idle</c> while it waits for work.</summary>
    public static string OfDevice(Presence presence) => presence.Status switch { "busy" => "active", "online" => "idle", var other => other };

    /// <summary>A device's status as presence has it.</summary>
    public static string ToPresence(string status) => status switch { "active" => "busy", "idle" => "online", _ => status };

    /// <summary>A node's status; one that is busy is online.</summary>
    public static string OfNode(Presence presence) => presence.Status is "offline" or "error" ? presence.Status : "online";

    /// <summary>A task's status.</summary>
    public static string OfTask(CommandState state) => state switch
    {
        CommandState.Queued or CommandState.PendingApproval => "queued",
        CommandState.Claimed => "running",
        CommandState.Completed => "completed",
        CommandState.Cancelled or CommandState.Rejected => "cancelled",
        _ => "failed",
    };

    /// <summary>The states that a task's status stands for.</summary>
    public static IReadOnlyList<CommandState> StatesOf(string status) => [.. Enum.GetValues<CommandState>().Where(state => OfTask(state) == status)];

    /// <summary>A priority as the queue has it.</summary>
    public static int ToPriority(string priority) => priority switch { "low" => Low, "high" => High, _ => Normal };

    /// <summary>A priority's name.</summary>
    public static string OfPriority(int priority) => priority switch { < Normal => "low", > Normal => "high", _ => "normal" };
}
