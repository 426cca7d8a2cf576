namespace Gateway.Agent.Simulation.Farm;

/// <summary>What a simulated farm does.</summary>
internal sealed record FarmSettings
{
    /// <summary>The server's address.</summary>
    public required Uri Server { get; init; }

    /// <summary>Opens the REST API; never logged.</summary>
    public required string AdminToken { get; init; }

    /// <summary>Opens the nodes' sockets; never logged.</summary>
    public required string NodeToken { get; init; }

    /// <summary>How many nodes, 1 to 1,000.</summary>
    public required int Nodes { get; init; }

    /// <summary>How many devices behind each, 1 to 1,000.</summary>
    public required int Devices { get; init; }

    /// <summary>How many tasks, over the whole farm.</summary>
    public required int Tasks { get; init; }

    /// <summary>Tasks sent per second, as far as the server takes them.</summary>
    public required double Rate { get; init; }

    /// <summary>The same seed makes the same choices.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Leaves out what the server takes half a minute to notice: nodes that stay away for longer than it waits, offers without an answer.</summary>
    public bool IsQuick { get; init; }

    /// <summary>How long the farm may take to work off what there is. Default 3 minutes.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Most requests at once. Default 32.</summary>
    public int Concurrency { get; init; } = 32;

    // The generated text would show the tokens.
    public override string ToString() => $"{Nodes} nodes with {Devices} devices at {Server}";
}
