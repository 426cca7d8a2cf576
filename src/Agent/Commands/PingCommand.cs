using System.Globalization;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>ping</c> {host, count?: 1..10 = 4}: the machine's own ping(8), which may send what a plain program may not. No reply is an answer,
/// not a failure. Output: what ping prints.
/// </summary>
internal sealed class PingCommand(ProgramRunner programs) : IPrintingCommand
{
    /// <summary>iputils: 0 with replies, 1 without any, 2 when something is wrong.</summary>
    private const int NoReply = 1;

    public string Name => "ping";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, Action<string> print, CancellationToken cancel)
    {
        string host = parameters.Host("host");
        int count = parameters.Number("count", 1, 10, otherwise: 4);
        parameters.NoMore();
        if (programs.Find("ping") is not { } ping) return CommandOutcome.Failure("ping is not installed on this device");

        string[] arguments = ["-n", "-c", count.ToString(CultureInfo.InvariantCulture), "-W", "5", host];
        ProgramRunner.Ended ended = await programs.RunAsync(ping, arguments, "/", print, cancel);
        return ended.ExitCode is 0 or NoReply
            ? CommandOutcome.Success(ended.Output)
            : CommandOutcome.Failure($"ping failed: {ended.LastError}", ended.Output);
    }
}
