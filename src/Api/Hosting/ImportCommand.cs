using Gateway.Actors.Hosting;
using Gateway.Api.Backup;

namespace Gateway.Api.Hosting;

/// <summary>
/// <c>import --from FILE</c>: fills an empty deployment from a backup, <c>-</c> for standard input (docs/backup.md). On the embedded
/// default the server must not run; elsewhere no replica is ready meanwhile.
/// </summary>
internal static class ImportCommand
{
    private const string Usage = "Usage: import --from FILE, or - for standard input";

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is ["import", ..];

    /// <summary>Runs it; the exit code: 0 when everything is there.</summary>
    public static Task<int> RunAsync(string[] args) => BackupRun.RunAsync("imported", async (progress, cancellationToken) =>
    {
        var from = args switch
        {
            [_, "--from", var path] => path,
            [_] or [_, "--from"] => throw new GatewayStartException($"A file is missing. {Usage}"),
            [_, var other, ..] => throw new GatewayStartException($"{other} is not understood. {Usage}"),
            _ => throw new GatewayStartException(Usage),
        };
        await using var file = await OpenAsync(from, cancellationToken);
        await using var gateway = await OfflineGateway.OpenAsync(isThere: false, cancellationToken);
        var name = from == BackupRun.StandardStream ? "Standard input" : from;
        await gateway.Import.RunAsync(new BackupReader(file, name), gateway.Secrets, progress, cancellationToken);
        progress.Complete($"Imported {(from == BackupRun.StandardStream ? "standard input" : from)}");
    });

    /// <summary>The file; what can be read once only (standard input, a pipe) is kept in one that goes with the process.</summary>
    private static async Task<Stream> OpenAsync(string from, CancellationToken cancellationToken)
    {
        var input = from == BackupRun.StandardStream
            ? Console.OpenStandardInput()
            : new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, useAsync: true);
        if (input.CanSeek) return input;
        await using (input)
        {
            var kept = BackupRun.CreatePrivate(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileOptions.DeleteOnClose);
            try
            {
                await input.CopyToAsync(kept, cancellationToken);
                return kept;
            }
            catch
            {
                await kept.DisposeAsync();
                throw;
            }
        }
    }
}
