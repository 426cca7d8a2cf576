namespace Gateway.Agent.Commands;

/// <summary>
/// <c>restart_service</c> {name}: <c>systemctl restart</c> of a service that the allow-list names. Output: what systemctl prints.
/// </summary>
internal sealed class RestartServiceCommand(IReadOnlyCollection<string> allowed, ProgramRunner programs) : IPrintingCommand
{
    public string Name => "restart_service";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, Action<string> print, CancellationToken cancel)
    {
        string name = parameters.Text("name");
        parameters.NoMore();
        if (!allowed.Contains(name))
        {
            string hint = allowed.Count == 0 ? "no service is" : $"allowed: {string.Join(", ", allowed)}";
            throw new InvalidParameterException("name", $"is not allowed on this device; {hint}");
        }

        if (programs.Find("systemctl") is not { } systemctl) return CommandOutcome.Failure("systemctl is not installed on this device");
        ProgramRunner.Ended ended = await programs.RunAsync(systemctl, ["--no-ask-password", "restart", name], "/", print, cancel);
        if (ended.ExitCode == 0) return CommandOutcome.Success(ended.Output.Length > 0 ? ended.Output : $"{name} restarted");
        string detail = ended.LastError.Length > 0 ? $": {ended.LastError}" : "";
        return CommandOutcome.Failure($"systemctl restart {name} ended with exit code {ended.ExitCode}{detail}", ended.Output);
    }
}
