using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Agent.Nodes.Link;

namespace Gateway.Agent.Nodes;

/// <summary>How a node works.</summary>
/// <param name="Address">Where it connects, and as whom.</param>
/// <param name="Devices">How many devices are behind it, 1 to 1,000.</param>
/// <param name="Folder">What it keeps its journal and results in.</param>
internal sealed partial record NodeSettings(NodeAddress Address, int Devices, string Folder)
{
    /// <summary>What it wants to be called, at most 100 characters; null: nothing.</summary>
    public string? Name { get; init; }

    /// <summary>How long what runs may go on after the node is told to stop. Default 10 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it tells how its devices do. Default 30 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest wait before the next attempt. Default 500 ms.</summary>
    public TimeSpan RetryFloor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait before the next attempt. Default 30 s.</summary>
    public TimeSpan RetryCap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Folders in which programs such as ping are found, as PATH; null for PATH itself.</summary>
    public string? SearchPath { get; init; }

    /// <summary>The devices' ids: of <c>node-001</c> <c>device-001d01</c>, <c>device-001d02</c> and so on, which no other node's are.</summary>
    public IReadOnlyList<string> DeviceIds =>
        [.. Enumerable.Range(1, Devices).Select(n => string.Create(CultureInfo.InvariantCulture, $"device-{Address.NodeId["node-".Length..]}d{n:00}"))];

    /// <summary>Whether a node can have this id (orchestrator-api.md, "JSON Schema definitions"), and its devices theirs.</summary>
    public static bool IsNodeId(string? id) => id is not null && NodeId().IsMatch(id);

    [GeneratedRegex(@"^node-[a-z0-9]{1,100}\z")]
    private static partial Regex NodeId();
}
