using System.ComponentModel;
using System.Diagnostics;

namespace Gateway.Agent.Commands;

/// <summary>
/// Runs programs, without a shell: each argument arrives as it is. A program gets its own session (setsid(1), where the machine
/// has it), so that Ctrl+C in the agent's terminal does not reach it and all that it starts can be found again; what it has
/// started ends with it. It gets no input and none of the agent's environment but PATH and HOME.
/// </summary>
/// <param name="searchPath">Folders in which programs are found, as PATH; null for PATH itself.</param>
internal sealed class ProgramRunner(TimeProvider time, string? searchPath = null)
{
    /// <summary>How long the last output may take after the program ended: somebody else may hold its pipe open.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    private readonly string searchPath =
        searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>How a program ended.</summary>
    /// <param name="ExitCode">Null when it was stopped because the caller did not want it any more.</param>
    /// <param name="Output">What it wrote to its output and error streams, cut to the limit.</param>
    /// <param name="LastError">The last line of its error stream; empty when it wrote none.</param>
    internal sealed record Ended(int? ExitCode, string Output, string LastError);

    /// <summary>The full path of a program, or null when it is not installed.</summary>
    public string? Find(string program) => searchPath
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <param name="program">A full path.</param>
    /// <param name="folder">The working folder.</param>
    /// <param name="print">Takes what the program prints, as it comes; called by two threads.</param>
    /// <exception cref="Win32Exception">The system cannot start it.</exception>
    public async Task<Ended> RunAsync(string program, IEnumerable<string> arguments, string folder, Action<string> print, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Process process = Process.Start(Describe(program, arguments, folder))!;
        process.StandardInput.Close();
        var output = new OutputBuffer();
        var lastLine = new LastLine();
        using var abandon = new CancellationTokenSource();
        Task reading = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, output, null, print, abandon.Token),
            ReadAsync(process.StandardError.BaseStream, output, lastLine, print, abandon.Token));

        bool exited = true;
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            exited = false;
        }

        ProcessTree.Kill(process);
        try
        {
            await reading.WaitAsync(Drain, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await abandon.CancelAsync();
        }

        return new Ended(exited ? process.ExitCode : null, output.ToString(), lastLine.ToString());
    }

    private ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string folder)
    {
        string? setsid = Find("setsid");
        var start = new ProcessStartInfo(setsid ?? program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (setsid is not null) start.ArgumentList.Add(program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        string? home = Environment.GetEnvironmentVariable("HOME");
        start.Environment.Clear();
        start.Environment["PATH"] = searchPath;
        start.Environment["LANG"] = "C.UTF-8";
        if (home is not null) start.Environment["HOME"] = home;
        return start;
    }

    private static async Task ReadAsync(Stream stream, OutputBuffer output, LastLine? lastLine, Action<string> print, CancellationToken abandon)
    {
        byte[] buffer = new byte[16 * 1024];
        var text = new OutputDecoder();
        try
        {
            while (await stream.ReadAsync(buffer, abandon) is var read and > 0)
            {
                output.Append(buffer.AsSpan(0, read));
                lastLine?.Append(buffer.AsSpan(0, read));
                if (text.Decode(buffer.AsSpan(0, read)) is { Length: > 0 } printed) print(printed);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }
}
