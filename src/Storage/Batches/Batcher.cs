using Microsoft.Extensions.Hosting;

namespace Gateway.Storage.Batches;

/// <summary>
/// Writes what a replica has collected once a second, and the rest when the host stops. What could not be written waits and is tried again. One write at a
/// time; an episode of failures is told once.
/// </summary>
public abstract class Batcher : BackgroundService
{
    /// <summary>How often it writes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long the last write may take when the host stops.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time;
    private readonly SemaphoreSlim flushing = new(1);
    private bool failing;

    private protected Batcher(TimeProvider time) => this.time = time;

    /// <summary>How much waits to be written.</summary>
    public abstract int Pending { get; }

    /// <summary>
    /// Writes what waits now, as the loop does every second. Throws <see cref="StorageUnavailableException"/> when the store does not answer;
    /// then what was not written waits on.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        // One at a time: a batch that failed must be back in its place before the next is taken.
        await flushing.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
        }
        finally
        {
            flushing.Release();
        }
    }

    /// <inheritdoc />
    public sealed override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(StopLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await TryFlushAsync(linked.Token);
    }

    /// <inheritdoc />
    public sealed override void Dispose()
    {
        base.Dispose();
        flushing.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
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

    /// <summary>Writes all that waits; what it could not write waits again when it throws.</summary>
    private protected abstract Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>A write failed: the first of an episode, or a further one.</summary>
    private protected abstract void Failed(Exception problem, bool isFirst);

    /// <summary>An episode of failures has ended.</summary>
    private protected abstract void WritesAgain();

    /// <summary>The host stops, and so much was not written.</summary>
    private protected abstract void LeftBehind(int left);

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            if (failing) WritesAgain();
            failing = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (Pending is > 0 and var left) LeftBehind(left);
        }
#pragma warning disable CA1031 // Whatever went wrong, it waits and the next round tries again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failed(e, isFirst: !failing);
            failing = true;
        }
    }
}
