namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The agent as a node, as a process of its own; its files outlive the process.</summary>
internal sealed class NodeProgram(Bench bench, GatewayServer server, string id, int devices, string token)
{
    private int starts;

    /// <summary>The process that runs or ran last.</summary>
    public ProgramProcess Process { get; private set; } = null!;

    private string Data => Path.Combine(bench.Folder, id);

    /// <summary>Starts it.</summary>
    public void Run(params IEnumerable<string> options) => Process = bench.Start(
        $"{id} {++starts}", BuiltProgram.Agent,
        ["node", "run", "--server", server.Url, "--node", id, "--devices", $"{devices}", "--data", Data, "--verbose", .. options],
        new Dictionary<string, string?> { ["ORCH_NODE_TOKEN"] = token });

    /// <summary>Waits until a result is on its disk that the server does not have.</summary>
    public Task HoldsResultAsync() => Wait.UntilAsync("the node to keep a result", () => Directory.GetFiles(Path.Combine(Data, "outbox"), "*.json").Length > 0);
}
