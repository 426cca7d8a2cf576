using Dapr;
using Gateway.Agent.CommandLine;
using Gateway.Api.Backup;
using Gateway.Queue;
using Gateway.Queue.Backup;
using Gateway.Storage;

namespace Gateway.Api.Hosting;

/// <summary>What <c>export</c> and <c>import</c> have in common.</summary>
internal static class BackupRun
{
    /// <summary>The name that stands for standard input or output.</summary>
    public const string StandardStream = "-";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Runs a command to its exit code: 0, or 1 with one line on standard error that says why not.</summary>
    /// <param name="done">What it does, for the line when it is stopped: <c>exported</c>.</param>
    /// <param name="run">The command.</param>
    public static async Task<int> RunAsync(string done, Func<BackupProgress, CancellationToken, Task> run)
    {
        using var signals = new StopSignals();
        try
        {
            await run(new BackupProgress(Console.Error, !Console.IsErrorRedirected, TimeProvider.System), signals.Stop);
            return 0;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"gateway: stopped before everything was {done}.");
            return 1;
        }
        catch (Exception e) when (Explain(e) is { } line)
        {
            await Console.Error.WriteLineAsync($"gateway: {line}");
            return 1;
        }
    }

    /// <summary>A new file that only its owner may read.</summary>
    public static FileStream CreatePrivate(string path, FileOptions options)
    {
        var open = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 1 << 16, Options = options | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) open.UnixCreateMode = OwnerOnly;
        return new FileStream(path, open);
    }

    private static string? Explain(Exception e) => TokenCommand.Explain(e)
        ?? (e is QueueImportException or QueueUnavailableException or StorageUnavailableException or DaprException ? e.Message : null);
}
