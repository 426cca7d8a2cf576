using System.CommandLine;

namespace Gateway.Agent.CommandLine;

/// <summary><c>node</c>: this machine as one that fronts many devices (orchestrator-api.md).</summary>
internal static class NodeCommand
{
    public static Command Create(StopSignals signals) => new("node", "Front many devices over one socket, for the orchestrator.")
    {
        NodeRunCommand.Create(signals),
        NodeSimulateCommand.Create(signals),
    };
}
