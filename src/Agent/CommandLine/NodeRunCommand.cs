using System.CommandLine;
using Gateway.Agent.AllowList;
using Gateway.Agent.Credentials;
using Gateway.Agent.Nodes;
using Gateway.Agent.Nodes.Link;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.CommandLine;

/// <summary><c>node run</c>: works as a node until it is stopped.</summary>
internal static class NodeRunCommand
{
    private const int MostDevices = 1_000, LongestName = 100;

    public static Command Create(StopSignals signals)
    {
        Option<string> server = SharedOptions.Server("https://gateway.example.com");
        var node = new Option<string>("--node") { HelpName = "ID", Description = "The node's id: \"node-\" and small letters or digits.", Required = true };
        node.Validators.Add(result =>
        {
            if (!NodeSettings.IsNodeId(result.GetValueOrDefault<string>()))
                result.AddError("--node must be \"node-\" and 1 to 100 small letters or digits, for example node-001.");
        });
        Option<int> devices = RunCommand.Number("--devices", 1, 1, MostDevices, $"How many devices are behind it, 1 to {MostDevices:N0}. Each runs one task at a time.");
        var name = new Option<string>("--name") { HelpName = "TEXT", Description = "What people call it, at most 100 characters." };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { Length: 0 or > LongestName }) result.AddError("--name must have 1 to 100 characters.");
        });
        var token = NodeToken.File(NodeToken.NodeName);
        var data = new Option<string>("--data")
        {
            HelpName = "DIR",
            Description = "Where it keeps what it has begun and what it has not delivered yet. Default: a folder of the node's name beside the agent's credentials.",
        };
        var command = new Command("run", "Work as a node until stopped (Ctrl+C, SIGTERM).") { server, node, devices, name, token, data };
        var work = new WorkOptions();
        work.AddTo(command);
        var shared = new SharedOptions();
        command.Add(shared.Verbose);
        command.SetAction(parsed => RunAsync(
            new NodeSettings(
                new NodeAddress(
                    SharedOptions.TryServer(parsed.GetValue(server))!, parsed.GetValue(node)!, NodeToken.Read(NodeToken.NodeName, parsed.GetValue(token))),
                parsed.GetValue(devices),
                Path.GetFullPath(parsed.GetValue(data) ?? Path.Combine(Path.GetDirectoryName(CredentialsFile.DefaultPath())!, parsed.GetValue(node)!)))
            {
                Name = parsed.GetValue(name),
                Grace = work.GraceOf(parsed),
            },
            work.Read(parsed),
            shared.Log(parsed), signals));
        return command;
    }

    private static async Task<int> RunAsync(NodeSettings settings, AllowedWork work, ILogger log, StopSignals signals)
    {
        if (!SharedOptions.IsProtected(settings.Address.Server)) NodeLog.Unprotected(log, settings.Address.Server);
        await using CancellationTokenRegistration told = signals.Stop.Register(() => AgentLog.Stopping(log, settings.Grace.TotalSeconds));
        await new NodeRunner(settings, work, TimeProvider.System, log).RunAsync(signals.Stop, signals.Hurry);
        return ExitCode.Ok;
    }
}
