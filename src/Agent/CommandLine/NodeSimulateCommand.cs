using System.CommandLine;
using Gateway.Agent.Simulation;
using Gateway.Agent.Simulation.Farm;

namespace Gateway.Agent.CommandLine;

/// <summary><c>node simulate</c>: a farm of nodes with faults against a server, and a verdict on what it saw.</summary>
internal static class NodeSimulateCommand
{
    public static Command Create(StopSignals signals)
    {
        Option<string> server = SharedOptions.Server("http://localhost:8000");
        Option<int> nodes = SimulateCommand.Number("--nodes", 20, 1, 1_000, "How many nodes.");
        Option<int> devices = SimulateCommand.Number("--devices", 20, 1, 1_000, "How many devices behind each.");
        Option<int> tasks = SimulateCommand.Number("--tasks", 4_000, 1, 1_000_000, "How many tasks, over the whole farm.");
        Option<int> rate = SimulateCommand.Number("--rate", 100, 1, 100_000, "Tasks sent per second, as far as the server takes them.");
        Option<int> seed = SimulateCommand.Number("--seed", 1, 0, int.MaxValue, "The same seed makes the same choices.");
        var quick = new Option<bool>("--quick") { Description = "Leave out what the server takes half a minute to notice." };
        Option<string> data = SharedOptions.Data($"its tokens, for when {NodeToken.AdminName} and {NodeToken.NodeName} are not in the environment");
        var command = new Command("simulate", "Run a farm of simulated nodes that drop and return, and judge whether every task ended once.")
        {
            server, nodes, devices, tasks, rate, seed, quick, data,
        };
        command.SetAction(parsed => RunAsync(
            new FarmSettings
            {
                Server = new Uri(SharedOptions.TryServer(parsed.GetValue(server))! + "/"),
                AdminToken = Token(NodeToken.AdminName, parsed.GetValue(data)!),
                NodeToken = Token(NodeToken.NodeName, parsed.GetValue(data)!),
                Nodes = parsed.GetValue(nodes),
                Devices = parsed.GetValue(devices),
                Tasks = parsed.GetValue(tasks),
                Rate = parsed.GetValue(rate),
                Seed = parsed.GetValue(seed),
                IsQuick = parsed.GetValue(quick),
            },
            parsed.InvocationConfiguration.Output, signals));
        return command;
    }

    private static async Task<int> RunAsync(FarmSettings settings, TextWriter output, StopSignals signals)
    {
        var screen = new SimulationScreen(output, TimeProvider.System);
        FarmResult result = await FarmSimulation.RunAsync(settings, screen, TimeProvider.System, signals.Stop, signals.Hurry);
        FarmReport.Write(result, screen);
        return result.Passed ? ExitCode.Ok : ExitCode.Error;
    }

    private static string Token(string name, string data) =>
        NodeToken.Read(name, string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)) ? Path.Combine(data, "secrets.json") : null);
}
