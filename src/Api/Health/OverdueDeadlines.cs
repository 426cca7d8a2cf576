using System.Diagnostics.Metrics;
using Gateway.Storage;
using Gateway.Storage.History;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Health;

/// <summary>
/// Watches how long the oldest deadline is overdue (DESIGN, "The command queue"): when reminders and sweeps do not come, nothing else
/// tells. One loop looks every 5 seconds, with the query of the sweeps; the readiness check and the gauge
/// <c>gateway.deadlines.overdue.age</c> of the meter <c>Gateway.Api</c> show what it saw last.
/// </summary>
internal sealed class OverdueDeadlines : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>What was seen longer ago than this says nothing any more.</summary>
    private static readonly TimeSpan Fresh = 6 * Period;

    private readonly ISweepQueries queries;
    private readonly TimeProvider time;
    private readonly ILogger<OverdueDeadlines> logger;
    private readonly TimeSpan limit;
    private readonly DateTimeOffset started;
    private volatile Look last;

    /// <summary>Made by the container.</summary>
    public OverdueDeadlines(
        ISweepQueries queries, IOptions<HealthOptions> options, TimeProvider time, IMeterFactory meters, ILogger<OverdueDeadlines> logger)
    {
        this.queries = queries;
        this.time = time;
        this.logger = logger;
        limit = options.Value.OverdueLimit;
        started = time.GetUtcNow();
        last = new Look(time.GetTimestamp(), null);
        meters.Create("Gateway.Api").CreateObservableGauge(
            "gateway.deadlines.overdue.age", Measure, "s", "How long the oldest deadline of a queue is overdue; 0 when none is.");
    }

    /// <summary>
    /// Whether no deadline is overdue for longer than the limit. What passed while this process did not run has the limit from its start:
    /// a gateway that was down for an hour is not kept from coming back. False too while the store cannot be asked.
    /// </summary>
    public bool AreKept
    {
        get
        {
            if (limit == TimeSpan.Zero) return true;
            if (Latest() is not { } look) return false;
            return look.OldestDueAt is not { } due || time.GetUtcNow() - (due > started ? due : started) <= limit;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var asked = time.GetTimestamp();
            var overdue = await queries.OverdueAsync(time.GetUtcNow(), grace: TimeSpan.Zero, limit: 1, cancellationToken);
            last = new Look(asked, overdue.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(overdue[0].OldestDueAt));
        }
        catch (StorageUnavailableException)
        {
            // The check of the store itself tells of it.
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            HealthLog.DeadlinesUnknown(logger, problem);
        }
    }

    private IEnumerable<Measurement<double>> Measure()
    {
        if (Latest() is not { } look) yield break;
        var age = look.OldestDueAt is { } due ? (time.GetUtcNow() - due).TotalSeconds : 0;
        yield return new Measurement<double>(Math.Max(0, age));
    }

    private Look? Latest() => last is var look && time.GetElapsedTime(look.At) <= Fresh ? look : null;

    private sealed record Look(long At, DateTimeOffset? OldestDueAt);
}
