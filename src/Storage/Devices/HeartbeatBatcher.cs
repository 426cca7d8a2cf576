using System.Diagnostics.Metrics;
using Gateway.Core.Devices;
using Gateway.Storage.Batches;
using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Devices;

/// <summary>
/// Collects a replica's heartbeats and writes them once a second in one statement (DESIGN, "Presence"). It holds at most one per device, so
/// nothing is ever dropped: what could not be written is kept, unless a later one has come, and written with the next.
/// <see cref="Add"/> may be called from any thread; one loop writes.
/// </summary>
public sealed class HeartbeatBatcher : Batcher
{
    private readonly IPresenceStore store;
    private readonly IReadOnlyList<IPresenceObserver> observers;
    private readonly ILogger<HeartbeatBatcher> logger;
    private readonly Counter<long> written;
    private readonly Counter<long> failures;
    private readonly Lock gate = new();
    private Dictionary<string, Heartbeat> pending = new(StringComparer.Ordinal);

    /// <summary>Made by the container.</summary>
    public HeartbeatBatcher(
        IPresenceStore store,
        IEnumerable<IPresenceObserver> observers,
        TimeProvider time,
        ILogger<HeartbeatBatcher> logger,
        IMeterFactory meters)
        : base(time)
    {
        this.store = store;
        this.observers = [.. observers];
        this.logger = logger;
        var meter = meters.Create("Gateway.Storage");
        written = meter.CreateCounter<long>("gateway.heartbeats.written", "{heartbeat}", "Heartbeats written to the relational store.");
        failures = meter.CreateCounter<long>("gateway.heartbeats.write_failures", "{write}", "Writes of heartbeats that failed and are repeated.");
        written.Add(0);
        failures.Add(0);
        meter.CreateObservableGauge("gateway.heartbeats.pending", () => Pending, "{heartbeat}", "Heartbeats that wait to be written.");
    }

    /// <inheritdoc />
    public override int Pending
    {
        get { lock (gate) return pending.Count; }
    }

    /// <summary>Takes a heartbeat of a known device; never waits.</summary>
    public void Add(Heartbeat heartbeat)
    {
        lock (gate) Keep(heartbeat);
    }

    /// <inheritdoc />
    private protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, Heartbeat> batch;
        lock (gate)
        {
            if (pending.Count == 0) return;
            batch = pending;
            pending = new(StringComparer.Ordinal);
        }

        IReadOnlyList<PresenceChange> changes;
        try
        {
            changes = await store.WriteHeartbeatsAsync(batch.Values, cancellationToken);
        }
        catch
        {
            lock (gate)
            {
                foreach (var heartbeat in batch.Values) Keep(heartbeat);
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

    /// <inheritdoc />
    private protected override void Failed(Exception problem, bool isFirst)
    {
        failures.Add(1);
        if (isFirst) HeartbeatLog.CannotWrite(logger, Pending, problem);
    }

    /// <inheritdoc />
    private protected override void WritesAgain() => HeartbeatLog.WritesAgain(logger);

    /// <inheritdoc />
    private protected override void LeftBehind(int left) => HeartbeatLog.LeftBehind(logger, left);

    private void Keep(Heartbeat heartbeat) =>
        pending[heartbeat.DeviceId] =
            pending.TryGetValue(heartbeat.DeviceId, out var other) ? PresenceStore.Merge(other, heartbeat) : heartbeat;
}
