using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>One running program: its output is kept line by line, and it is ended by its process id.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private const int SigTerm = 15, SigCont = 18, SigStop = 19;

    /// <summary>Settings of the machine that runs the tests must not reach the programs.</summary>
    private static readonly string[] Foreign = ["Gateway__", "DAPR_", "APP_API_TOKEN", "SUPABASE_", "ORCH_", "ASPNETCORE_", "ConnectionStrings__", "Serilog__"];

    private readonly Process process;
    private readonly List<(bool IsError, string Line)> lines = [];
    private readonly Task reading;

    private ProgramProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput, false), ReadAsync(process.StandardError, true));
    }

    public string Name { get; }

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public string Output => Lines(isError: false);

    public string Errors => Lines(isError: true);

    /// <summary>Everything it said, in the order in which it came.</summary>
    public IReadOnlyList<string> Log
    {
        get { lock (lines) return [.. lines.Select(line => line.Line)]; }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="name">What the log is headed with.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="environment">What it gets beside the tests' own environment, which loses every setting of Gateway and Dapr.</param>
    public static ProgramProcess Start(
        string name, IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var foreign in start.Environment.Keys.Where(key => Foreign.Any(key.StartsWith)).ToList()) start.Environment.Remove(foreign);
        foreach (var (key, value) in environment) start.Environment[key] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ProgramProcess(name, process);
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan? limit = null)
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit ?? Wait.Limit, TimeProvider.System);
        await reading.WaitAsync(Wait.Limit, TimeProvider.System);
        return process.ExitCode;
    }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    public void Terminate() => Assert.Equal(0, Kill(process.Id, SigTerm));

    /// <summary>Holds it still (SIGSTOP): it does not notice, and its sockets stay open.</summary>
    public void Pause() => Assert.Equal(0, Kill(process.Id, SigStop));

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Assert.Equal(0, Kill(process.Id, SigCont));

    /// <summary>Ends it and nothing else at once (SIGKILL), as a crash does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Wait.Limit, TimeProvider.System);
    }

    /// <summary>Ends it with all that it started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().WaitAsync(Wait.Limit, TimeProvider.System);
        }

        process.Dispose();
    }

    private string Lines(bool isError)
    {
        lock (lines) return string.Join('\n', lines.Where(line => line.IsError == isError).Select(line => line.Line));
    }

    private async Task ReadAsync(StreamReader reader, bool isError)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (lines) lines.Add((isError, line));
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
