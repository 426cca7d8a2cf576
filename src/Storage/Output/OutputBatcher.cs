using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Output;

/// <summary>
/// Collects what commands of a replica's devices print and writes it once a second, many chunks in one statement. What could not be written is
/// kept and written with the next, within <see cref="MaxPending"/>. <see cref="TryAdd"/> may be called from any thread; one loop writes.
/// </summary>
public sealed class OutputBatcher : BackgroundService
{
    /// <summary>How often output is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the last write may take when the host stops.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    /// <summary>Most text that waits, in UTF-16 units: 16 Mi.</summary>
    public const int MaxPending = 16 * 1024 * 1024;

    /// <summary>How much text goes into one statement, roughly.</summary>
    internal const int TextPerWrite = 2 * 1024 * 1024;

    private readonly ICommandOutput store;
    private readonly TimeProvider time;
    private readonly ILogger<OutputBatcher> logger;
    private readonly Counter<long> failures;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim flushing = new(1);
    private readonly Queue<OutputChunkRow> pending = new();
    private long pendingText;
    private bool failing;

    /// <summary>Made by the container.</summary>
    public OutputBatcher(ICommandOutput store, TimeProvider time, ILogger<OutputBatcher> logger, IMeterFactory meters)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        var meter = meters.Create("Gateway.Storage");
        failures = meter.CreateCounter<long>("gateway.output.write_failures", "{write}", "Writes of output that failed and are repeated.");
        failures.Add(0);
        meter.CreateObservableGauge("gateway.output.pending", () => Pending, "{chunk}", "Chunks of output that wait to be written.");
    }

    /// <summary>How many chunks wait to be written.</summary>
    public int Pending
    {
        get { lock (gate) return pending.Count; }
    }

    /// <summary>Takes a chunk; never waits. False: as much waits as may, and this was not taken.</summary>
    public bool TryAdd(OutputChunkRow chunk)
    {
        lock (gate)
        {
            if (pendingText + chunk.Text.Length > MaxPending) return false;
            pending.Enqueue(chunk);
            pendingText += chunk.Text.Length;
            return true;
        }
    }

    /// <summary>
    /// Writes what waits now, as the loop does every second. Throws <see cref="StorageUnavailableException"/> when the store does not answer;
    /// then what was not written waits on.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await flushing.WaitAsync(cancellationToken);
        try
        {
            while (Peek() is { Count: > 0 } batch)
            {
                await store.WriteAsync(batch, cancellationToken);
                Remove(batch);
            }
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
            if (failing) OutputLog.WritesAgain(logger);
            failing = false;
        }
#pragma warning disable CA1031 // Whatever went wrong, the output waits and the next round tries again.
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failures.Add(1);
            // The first of an episode is told, not each.
            if (!failing) OutputLog.CannotWrite(logger, Pending, e);
            failing = true;
        }
        catch (OperationCanceledException)
        {
            if (Pending is > 0 and var left) OutputLog.LeftBehind(logger, left);
        }
    }

    /// <summary>The first chunks that wait, which stay where they are until they are written.</summary>
    private List<OutputChunkRow> Peek()
    {
        lock (gate)
        {
            var text = 0;
            return [.. pending.TakeWhile(chunk => (text += chunk.Text.Length) <= TextPerWrite || text == chunk.Text.Length)];
        }
    }

    private void Remove(List<OutputChunkRow> written)
    {
        lock (gate)
        {
            foreach (var chunk in written)
            {
                pending.Dequeue();
                pendingText -= chunk.Text.Length;
            }
        }
    }
}
