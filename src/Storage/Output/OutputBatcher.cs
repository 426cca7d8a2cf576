using System.Diagnostics.Metrics;
using Gateway.Storage.Batches;
using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Output;

/// <summary>
/// Collects what commands of a replica's devices print and writes it once a second, many chunks in one statement. What could not be written is
/// kept and written with the next, within <see cref="MaxPending"/>. <see cref="TryAdd"/> may be called from any thread; one loop writes.
/// </summary>
public sealed class OutputBatcher : Batcher
{
    /// <summary>Most text that waits, in UTF-16 units: 16 Mi.</summary>
    public const int MaxPending = 16 * 1024 * 1024;

    /// <summary>How much text goes into one statement, roughly.</summary>
    internal const int TextPerWrite = 2 * 1024 * 1024;

    private readonly ICommandOutput store;
    private readonly ILogger<OutputBatcher> logger;
    private readonly Counter<long> failures;
    private readonly Lock gate = new();
    private readonly Queue<OutputChunkRow> pending = new();
    private long pendingText;

    /// <summary>Made by the container.</summary>
    public OutputBatcher(ICommandOutput store, TimeProvider time, ILogger<OutputBatcher> logger, IMeterFactory meters)
        : base(time)
    {
        this.store = store;
        this.logger = logger;
        var meter = meters.Create("Gateway.Storage");
        failures = meter.CreateCounter<long>("gateway.output.write_failures", "{write}", "Writes of output that failed and are repeated.");
        failures.Add(0);
        meter.CreateObservableGauge("gateway.output.pending", () => Pending, "{chunk}", "Chunks of output that wait to be written.");
    }

    /// <inheritdoc />
    public override int Pending
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

    /// <inheritdoc />
    private protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (Peek() is { Count: > 0 } batch)
        {
            await store.WriteAsync(batch, cancellationToken);
            Remove(batch);
        }
    }

    /// <inheritdoc />
    private protected override void Failed(Exception problem, bool isFirst)
    {
        failures.Add(1);
        if (isFirst) OutputLog.CannotWrite(logger, Pending, problem);
    }

    /// <inheritdoc />
    private protected override void WritesAgain() => OutputLog.WritesAgain(logger);

    /// <inheritdoc />
    private protected override void LeftBehind(int left) => OutputLog.LeftBehind(logger, left);

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
