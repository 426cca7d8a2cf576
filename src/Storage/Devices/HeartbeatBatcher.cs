using System.Diagnostics.Metrics;
using Gateway.Core.Devices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Devices;

/// <summary>
/// Collects a replica's heartbeats and writes them once a second in one statement (DESIGN, "Presence"). It holds at most one per device, so
/// nothing is ever dropped: what could not be written is kept, unless a later one has come, and written with the next.
/// <see cref="Add"/> may be called from any thread; one loop writes.
/// </summary>
public sealed class HeartbeatBatcher : BackgroundService
{
    /// <summary>How often heartbeats are written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the last write may take when the host stops.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly IPresenceStore store;
    private readonly IReadOnlyList<IPresenceObserver> observers;
    private readonly TimeProvider time;
    private readonly ILogger<HeartbeatBatcher> logger;
    private readonly Counter<long> written;
    private readonly Counter<long> failures;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim flushing = new(1);
    private Dictionary<string, Heartbeat> pending = new(StringComparer.Ordinal);
    private bool failing;

    /// <summary>Made by the container.</summary>
    public HeartbeatBatcher(
        IPresenceStore store,
        IEnumerable<IPresenceObserver> observers,
        TimeProvider time,
        ILogger<HeartbeatBatcher> logger,
        IMeterFactory meters)
    {
        this.store = store;
        this.observers = [.. observers];
        this.time = time;
        this.logger = logger;
        var meter = meters.Create("Gateway.Storage");
        written = meter.CreateCounter<long>("gateway.heartbeats.written", "{heartbeat}", "Heartbeats written to the relational store.");
        failures = meter.CreateCounter<long>("gateway.heartbeats.write_failures", "{write}", "Writes of heartbeats that failed and are repeated.");
        written.Add(0);
        failures.Add(0);
        meter.CreateObservableGauge("gateway.heartbeats.pending", () => Pending, "{heartbeat}", "Heartbeats that wait to be written.");
    }

    /// <summary>How many heartbeats wait to be written.</summary>
    public int Pending
    {
        get { lock (gate) return pending.Count; }
    }

    /// <summary>Takes a heartbeat of a known device; never waits.</summary>
    public void Add(Heartbeat heartbeat)
    {
        lock (gate) Keep(heartbeat);
    }

    /// <summary>
    /// Writes what waits now, as the loop does every second. Throws <see cref="StorageUnavailableException"/> when the store does not answer;
    /// then all of it waits again.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        // One at a time: a batch that failed must be back in its place before the next is taken.
        await flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<string, Heartbeat> batch;
            lock (gate)
            {
                if (pending.Count == 0) return;
                batch = pending;
                pending = new(StringComparer.Ordinal);
            }

            await WriteAsync(batch.Values, cancellationToken);
        }
        finally
        {
            flushing.Release();
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(StopLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await TryFlushAsync(linked.Token);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        flushing.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryFlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            if (failing) HeartbeatLog.WritesAgain(logger);
            failing = false;
        }
#pragma warning disable CA1031 // Whatever went wrong, the heartbeats wait and the next round tries again.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failures.Add(1);
            // The first of an episode is told, not each.
            if (!failing) HeartbeatLog.CannotWrite(logger, Pending, e);
            failing = true;
        }
        catch (OperationCanceledException) when (Pending > 0)
        {
            HeartbeatLog.LeftBehind(logger, Pending);
        }
        catch (OperationCanceledException)
        {
            // Nothing is left.
        }
    }

    private async Task WriteAsync(Dictionary<string, Heartbeat>.ValueCollection batch, CancellationToken cancellationToken)
    {
        IReadOnlyList<PresenceChange> changes;
        try
        {
            changes = await store.WriteHeartbeatsAsync(batch, cancellationToken);
        }
        catch
        {
            lock (gate)
            {
                foreach (var heartbeat in batch) Keep(heartbeat);
            }

            throw;
        }

        written.Add(batch.Count);
        if (changes.Count == 0) return;
        foreach (var observer in observers)
        {
            try
            {
                await observer.OnChangedAsync(changes, cancellationToken);
            }
#pragma warning disable CA1031 // The heartbeats are written; an observer's trouble is its own.
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                HeartbeatLog.ObserverFailed(logger, observer.GetType().Name, e);
            }
        }
    }

    private void Keep(Heartbeat heartbeat) =>
        pending[heartbeat.DeviceId] =
            pending.TryGetValue(heartbeat.DeviceId, out var other) ? PresenceStore.Merge(other, heartbeat) : heartbeat;
}
