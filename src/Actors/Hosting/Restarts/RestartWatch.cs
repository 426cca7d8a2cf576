using Gateway.Queue;
using Gateway.Storage.Emergencies;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Restarts;

/// <summary>
/// Looks once a second, in one statement, whether a service reset was asked for after this program's start (orchestrator-api.md, "L2 Service Reset"). When
/// it is due, the program stops as at SIGTERM and begins anew; up again, it says so. Every Gateway program has one.
/// </summary>
internal sealed class RestartWatch(
    IServiceResets resets,
    RestartRequest request,
    IOptions<QueueOptions> queue,
    IOptions<GatewayOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<RestartWatch> logger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset startedAt = time.GetUtcNow();
    private bool isNoted;
    private bool isFailing;
    private string? seen;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(Interval, time);
            do await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var (replica, now) = (queue.Value.ReplicaName, time.GetUtcNow());
        try
        {
            // Before anything is seen: what is noted as seen after this is this run's.
            if (!isNoted) await resets.NoteRestartedAsync(replica, now, cancellationToken);
            isNoted = true;
            var found = await resets.FindAsync(replica, startedAt, now, cancellationToken);
            isFailing = false;
            if (found is not { } reset) return;
            if (reset.Id != seen) await resets.NoteSeenAsync(reset.Id, replica, options.Value.AppId, now, cancellationToken);
            seen = reset.Id;
            if (!reset.IsDue || request.IsAsked) return;
            RestartLog.Restarting(logger, reset.Id);
            request.Ask();
            lifetime.StopApplication();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever went wrong, the next look may find out.
            if (!isFailing) RestartLog.CannotLook(logger, e);
            isFailing = true;
        }
    }
}

/// <summary>Log messages of restarts: events 3120 to 3129.</summary>
internal static partial class RestartLog
{
    [LoggerMessage(3120, LogLevel.Warning, "The service reset {EmergencyId} lets this program stop and begin anew")]
    public static partial void Restarting(ILogger logger, string emergencyId);

    [LoggerMessage(3121, LogLevel.Warning, "Nobody can tell whether a service reset was asked for: the store does not answer")]
    public static partial void CannotLook(ILogger logger, Exception exception);
}
