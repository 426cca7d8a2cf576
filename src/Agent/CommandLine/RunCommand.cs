using System.CommandLine;
using Gateway.Agent.AllowList;
using Gateway.Agent.Credentials;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.CommandLine;

/// <summary><c>run</c>: works until it is stopped.</summary>
internal static class RunCommand
{
    /// <summary>How long the gateway may hold a claim: its own limit.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(20);

    public static Command Create(StopSignals signals)
    {
        var work = new WorkOptions();
        Option<int> concurrency = Number("--concurrency", 1, 1, 10, "How many commands run at once, 1 to 10.");
        Option<int> visibility = Number("--visibility", 300, 5, 300,
            "Seconds without word from this agent after which the gateway takes a command back, 5 to 300.");
        Option<string> transport = Transport("How commands come: over a socket (ws), by requests while there is none; or by requests alone (rest).");
        var command = new Command("run", "Work as a device of Gateway until stopped (Ctrl+C, SIGTERM).")
        {
            concurrency, visibility, transport,
        };
        work.AddTo(command);
        var shared = new SharedOptions();
        shared.AddTo(command);
        command.SetAction(parsed => RunAsync(
            shared.File(parsed),
            work.Read(parsed),
            new AgentSettings(
                new ClaimOptions(parsed.GetValue(concurrency), TimeSpan.FromSeconds(parsed.GetValue(visibility)), LongPoll),
                work.GraceOf(parsed))
            {
                UsesSocket = parsed.GetValue(transport) == "ws",
            },
            shared.Log(parsed), signals));
        return command;
    }

    private static async Task<int> RunAsync(CredentialsFile file, AllowedWork work, AgentSettings settings, ILogger log, StopSignals signals)
    {
        DeviceCredentials credentials = file.TryRead()
            ?? throw new AgentException($"There is no {file.Path}: register the device first, or name its file with --credentials.");
        if (credentials.State is RegistrationState.Pending)
            throw new AgentException($"The registration of {credentials.DeviceId} was not finished: run the same register command again.");

        SharedOptions.WarnUnlessProtected(credentials.Server, log);
        await using CancellationTokenRegistration told = signals.Stop.Register(() => AgentLog.Stopping(log, settings.Grace.TotalSeconds));
        await new DeviceAgent(file, credentials, work, settings, TimeProvider.System, log).RunAsync(signals.Stop, signals.Hurry);
        return ExitCode.Ok;
    }

    internal static Option<string> Transport(string description)
    {
        var option = new Option<string>("--transport") { HelpName = "ws|rest", DefaultValueFactory = _ => "ws", Description = description };
        option.AcceptOnlyFromAmong("ws", "rest");
        return option;
    }

    internal static Option<int> Number(string name, int otherwise, int from, int to, string description)
    {
        var option = new Option<int>(name) { DefaultValueFactory = _ => otherwise, HelpName = "N", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < from || value > to))
                result.AddError($"{name} must be a whole number from {from} to {to}.");
        });
        return option;
    }
}
