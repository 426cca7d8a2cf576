using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Storage.Maintenance;

/// <summary>Runs <see cref="IStorageMaintenance"/> every <see cref="StorageOptions.MaintenanceInterval"/>; replicas that do so at once share the work.</summary>
internal sealed class MaintenanceLoop(
    IStorageMaintenance maintenance, IOptions<StorageOptions> options, TimeProvider time, ILogger<MaintenanceLoop> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.MaintenanceInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left waits for the next run.
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await maintenance.RunAsync(cancellationToken);
            MaintenanceLog.Deleted(logger, report.Events, report.Commands, report.OutputChunks, report.Sessions, report.AuditEntries, report.Emergencies, report.Tokens);
        }
#pragma warning disable CA1031 // A failed run is told and the next one does its work.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            MaintenanceLog.Failed(logger, e);
        }
    }
}

internal static partial class MaintenanceLog
{
    [LoggerMessage(4101, LogLevel.Information,
        "Past their retention and deleted: {Events} events, {Commands} commands, {OutputChunks} chunks of output, {Sessions} sessions, {AuditEntries} audit entries, {Emergencies} emergency actions, {Tokens} tokens")]
    public static partial void Deleted(ILogger logger, long events, long commands, long outputChunks, long sessions, long auditEntries, long emergencies, long tokens);

    [LoggerMessage(4102, LogLevel.Warning, "What is past its retention could not be deleted")]
    public static partial void Failed(ILogger logger, Exception exception);
}
