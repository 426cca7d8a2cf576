using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.TestKit;

/// <summary>
/// A server beside the tests. It is killed by the system when the test run dies, however that dies; its last lines of output are kept
/// for the message of a failure. Starts are made by one thread that lives as long as the run, since the system counts the thread that
/// started a program, not its process, as the parent whose death ends it.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int TailLines = 60;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly BlockingCollection<Action> Starts = StartingThread();

    private readonly string name;
    private readonly Process process;
    private readonly Queue<string> tail = new();

    private ServerProcess(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        name = Path.GetFileName(program);
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // What the tests' own environment says about Dapr is not meant for these servers.
        foreach (string variable in start.Environment.Keys.Where(IsDaprs).ToArray()) start.Environment.Remove(variable);
        foreach ((string variable, string value) in environment) start.Environment[variable] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>The id of the server itself.</summary>
    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The last lines that it wrote.</summary>
    public string Tail
    {
        get { lock (tail) return string.Join('\n', tail); }
    }

    /// <summary>Starts a program with no more of Dapr's environment variables than the given ones.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var server = new ServerProcess(program, arguments, environment ?? []);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                server.process.Start();
                started.SetResult();
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        await started.Task;
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Asks until the answer is yes; fails with the server's last lines when it ends or the time is over.</summary>
    public async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> ready, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        try
        {
            while (!await ready(stop.Token))
            {
                if (process.HasExited) throw new InvalidOperationException($"{name} ended with exit code {process.ExitCode}:\n{Tail}");
                await Task.Delay(Poll, TimeProvider.System, stop.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{name} was not ready after {limit}:\n{Tail}");
        }
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and waits; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitCodeAsync();
    }

    /// <summary>Waits until it has ended by itself; its exit code.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync().WaitAsync(StopLimit);
        return process.ExitCode;
    }

    /// <summary>Halts it without ending it (SIGSTOP), until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        if (process.HasExited) return;
        using Process kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (tail)
        {
            tail.Enqueue(line);
            if (tail.Count > TailLines) tail.Dequeue();
        }
    }

    private static bool IsDaprs(string variable) =>
        variable.StartsWith("DAPR_", StringComparison.Ordinal) || variable == "APP_API_TOKEN";

    private static BlockingCollection<Action> StartingThread()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (Action start in starts.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = "server starts" }.Start();
        return starts;
    }
}
