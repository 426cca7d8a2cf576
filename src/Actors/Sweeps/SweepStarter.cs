using Dapr.Actors;
using Dapr.Actors.Client;

namespace Gateway.Actors.Sweeps;

/// <summary>Sets the sweeps' reminders once the sidecar can take them; every host does, and the last one counts.</summary>
internal sealed class SweepStarter(IActorProxyFactory proxies, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SweepStarter> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>A sidecar that is still coming up is no news.</summary>
    private const int QuietAttempts = 5;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The sidecar asks the app for its actors only once it listens.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        foreach (var sweep in SweepKinds.Periods.Keys)
            for (var attempt = 1; !await TryStartAsync(sweep, attempt, stoppingToken); attempt++)
                await Task.Delay(Pause, time, stoppingToken);
    }

    private async Task<bool> TryStartAsync(string sweep, int attempt, CancellationToken stoppingToken)
    {
        try
        {
            await proxies.CreateActorProxy<ISweepActor>(new ActorId(sweep), SweepActor.TypeName).StartAsync().WaitAsync(stoppingToken);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            if (attempt > QuietAttempts) ActorsLog.SweepNotStarted(logger, sweep, e);
            return false;
        }
    }
}
