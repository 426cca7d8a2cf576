using System.Diagnostics;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.CommandLine;

/// <summary>The built agent as a process of its own: what can be killed, and what a user sees.</summary>
internal sealed class AgentProcess : IDisposable
{
    /// <summary>Where its own build puts it: beside the tests it would lack what ASP.NET Core brings them.</summary>
    private static readonly string Program =
        Path.Combine(AppContext.BaseDirectory.Replace("/tests/Agent.Tests/", "/src/Agent/", StringComparison.Ordinal), "Gateway.Agent");

    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private AgentProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public static AgentProcess Start(TestFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = folder.Path;
        start.Environment.Remove("ORCH_NODE_TOKEN");
        return new AgentProcess(Process.Start(start)!);
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(TestFolder folder, params string[] arguments)
    {
        using AgentProcess agent = Start(folder, arguments);
        return await agent.EndAsync();
    }

    /// <summary>As <c>kill -9</c>: nothing of the agent runs after it.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await EndAsync();
    }

    /// <summary>Sends a signal such as TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-s", signal, process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output.WaitAsync(limit.Token), await error.WaitAsync(limit.Token));
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
