using Gateway.Actors.Hosting;
using Gateway.Api.Backup;

namespace Gateway.Api.Hosting;

/// <summary>
/// <c>export --to FILE [--with-secrets]</c>: writes everything that lasts of a deployment into one file, <c>-</c> for standard output
/// (docs/backup.md). On the embedded default the server must not run.
/// </summary>
internal static class ExportCommand
{
    private const string Usage = "Usage: export --to FILE [--with-secrets], or - for standard output";

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is ["export", ..];

    /// <summary>Runs it; the exit code: 0 when the backup is complete.</summary>
    public static Task<int> RunAsync(string[] args) => BackupRun.RunAsync("exported", async (progress, cancellationToken) =>
    {
        var (to, withSecrets) = Parse(args);
        if (to != BackupRun.StandardStream && File.Exists(to)) throw new GatewayStartException($"{to} is there already: choose another name, or move it away.");
        await using var gateway = await OfflineGateway.OpenAsync(isThere: true, cancellationToken);
        if (to == BackupRun.StandardStream)
        {
            await using var output = Console.OpenStandardOutput();
            await WriteAsync(gateway, output, withSecrets, progress, cancellationToken);
        }
        else
        {
            await WriteAsync(gateway, to, withSecrets, progress, cancellationToken);
        }

        progress.Complete($"Exported to {(to == BackupRun.StandardStream ? "standard output" : to)}");
    });

    /// <summary>Under another name until it is complete, readable for its owner only: it has claim tokens and hashes of secrets.</summary>
    private static async Task WriteAsync(OfflineGateway gateway, string to, bool withSecrets, BackupProgress progress, CancellationToken cancellationToken)
    {
        var partial = to + ".partial";
        File.Delete(partial);
        try
        {
            await using (var output = BackupRun.CreatePrivate(partial, FileOptions.None))
            {
                await WriteAsync(gateway, output, withSecrets, progress, cancellationToken);
                output.Flush(flushToDisk: true);
            }

            File.Move(partial, to);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static async Task WriteAsync(OfflineGateway gateway, Stream output, bool withSecrets, BackupProgress progress, CancellationToken cancellationToken)
    {
        await using var writer = new BackupWriter(output, progress);
        await gateway.Export.RunAsync(writer, withSecrets ? gateway.Secrets : null, progress, cancellationToken);
    }

    private static (string To, bool WithSecrets) Parse(string[] args)
    {
        string? to = null;
        var withSecrets = false;
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--with-secrets") withSecrets = true;
            else if (args[i] == "--to" && i + 1 < args.Length && to is null) to = args[++i];
            else throw new GatewayStartException($"{args[i]} is not understood. {Usage}");
        }

        return (to ?? throw new GatewayStartException($"A file is missing. {Usage}"), withSecrets);
    }
}
