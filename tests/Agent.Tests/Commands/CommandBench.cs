using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Agent.AllowList;
using Gateway.Agent.Commands;
using Gateway.Agent.Metrics;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Work;

namespace Gateway.Agent.Tests.Commands;

/// <summary>Runs commands as the agent does, on this machine.</summary>
internal sealed class CommandBench : IDisposable
{
    private readonly CommandExecutor executor;

    public CommandBench(TimeProvider? time = null)
    {
        Folder.Folder("scripts");
        Folder.Folder("bin");
        var work = new AllowedWork(
            new HashSet<string>([.. CommandCatalog.ReadOnly, CommandCatalog.RunScript, CommandCatalog.RestartService]),
            Folder["scripts"], new HashSet<string>(["nginx"]), new HashSet<string>([Folder["app.log"]]));
        time ??= TimeProvider.System;
        // Stand-ins for ping and systemctl are found before the machine's own.
        var programs = new ProgramRunner(time, $"{Folder["bin"]}:/usr/bin:/bin");
        executor = new CommandExecutor(new CommandCatalog(work, new ProcFiles(), programs, time), time, Log);
    }

    public TestFolder Folder { get; } = new();

    public RecordedLog Log { get; } = new();

    public async Task<Execution> RunAsync(string type, object? parameters = null, double timeout = 20) =>
        (await executor.RunAsync(
            type, JsonSerializer.SerializeToElement(parameters), TimeSpan.FromSeconds(timeout), CancellationToken.None, CancellationToken.None))!;

    /// <summary>Runs a command that answers JSON.</summary>
    public async Task<JsonNode> AskAsync(string type, object? parameters = null)
    {
        Execution execution = await RunAsync(type, parameters);
        Assert.True(execution.Status == "success", execution.Error);
        return JsonNode.Parse(execution.Output!)!;
    }

    /// <summary>Runs a command with parameters that it does not take.</summary>
    public async Task<string> ProblemAsync(string type, object? parameters = null)
    {
        Execution execution = await RunAsync(type, parameters);
        Assert.Equal("failure", execution.Status);
        return execution.Error!;
    }

    public void Dispose() => Folder.Dispose();
}
