using System.Diagnostics.Metrics;
using Gateway.Core.Commands;
using Gateway.Storage;
using Gateway.Storage.History;

namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>
/// Counts the commands in all queues, for the gauge <c>gateway.queue.depth</c>. What a replica keeps of its queues does not tell: others work on
/// the same ones. So the relational store is asked, every 15 seconds, and every replica says the same.
/// </summary>
internal sealed class QueueDepth : BackgroundService
{
    /// <summary>How often it counts.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <summary>What was counted longer ago is not told.</summary>
    private static readonly TimeSpan Fresh = 4 * Period;

    private static readonly CommandState[] States = [.. Enum.GetValues<CommandState>().Where(state => !state.IsTerminal())];

    private readonly ICommandCounts counts;
    private readonly TimeProvider time;
    private readonly ILogger<QueueDepth> logger;
    private volatile Look? last;
    private bool failing;

    /// <summary>Made by the container.</summary>
    public QueueDepth(ICommandCounts counts, TimeProvider time, IMeterFactory meters, ILogger<QueueDepth> logger)
    {
        this.counts = counts;
        this.time = time;
        this.logger = logger;
        meters.Create("Gateway.Hosting").CreateObservableGauge(
            "gateway.queue.depth", Measure, "{command}", "Commands in all queues of all replicas, by state: pending_approval, queued, claimed.");
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
            last = new Look(time.GetTimestamp(), await counts.LiveAsync(cancellationToken));
            failing = false;
        }
        catch (StorageUnavailableException problem)
        {
            if (!failing) TelemetryLog.DepthUnknown(logger, problem);
            failing = true;
        }
    }

    private IEnumerable<Measurement<long>> Measure() =>
        last is { } look && time.GetElapsedTime(look.At) <= Fresh
            ? States.Select(state => new Measurement<long>(look.Live.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state.Name())))
            : [];

    private sealed record Look(long At, IReadOnlyDictionary<CommandState, long> Live);
}
