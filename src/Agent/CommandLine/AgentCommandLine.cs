using System.CommandLine;
using System.CommandLine.Invocation;

namespace Gateway.Agent.CommandLine;

/// <summary>The agent as its user sees it: a few commands, clear lines, exit codes.</summary>
internal static class AgentCommandLine
{
    public static async Task<int> InvokeAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        // From the first instant: whoever stops the agent before it has begun is answered as well.
        using var signals = new StopSignals();
        var root = new RootCommand("""
            Connects this device to Gateway: reports how it does and carries out the commands that its owner sends.

            First:  register --server URL --device ID --code CODE   (once; ID and CODE come from the device's owner)
            Then:   run                                             (until it is stopped)
            """)
        {
            RegisterCommand.Create(signals),
            RunCommand.Create(signals),
            SimulateCommand.Create(signals),
            NodeCommand.Create(signals),
        };
        ParseResult parsed = root.Parse(arguments.Length > 0 ? arguments : ["--help"]);
        if (parsed.Action is ParseErrorAction wrong) wrong.ShowHelp = false;
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (AgentException told)
        {
            await error.WriteLineAsync(told.Message);
            return ExitCode.Error;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception unforeseen)
        {
            string detail = $"{unforeseen.GetType().Name}: {unforeseen.Message.ReplaceLineEndings(" ")}";
            await error.WriteLineAsync($"The agent ends because of an error that it did not foresee: {detail}");
            return ExitCode.Error;
        }
    }
}
